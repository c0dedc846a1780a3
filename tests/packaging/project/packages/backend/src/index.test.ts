import { facts, firstLine } from './index';

it('reads texts in Node and exports the whole core', () => {
  expect(firstLine('kind: A\nmetadata:\n  name: a\n  annotations:\n    google.com/vertex-ai-model: 7\n')).toBe(5);
  expect(facts).toEqual({ version: '0.1.0', gate: 'function', deploy: 'function' });
});
