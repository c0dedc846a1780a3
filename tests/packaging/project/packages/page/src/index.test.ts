import { annotations, validate, type Code } from '@backstage-vertex-ai/core';
import { codes } from './index';

const entity = {
  kind: 'A',
  metadata: {
    name: 'a',
    annotations: { 'google.com/vertex-ai-project': 'acme-ml' },
  },
};

it('runs in jsdom without loading a file', async () => {
  expect(typeof document).toBe('object');
  expect(await codes({ entity })).toContain('annotation/missing');
  expect(await codes(undefined as never)).toEqual(['request/malformed']);
});

it('returns plain objects of this realm', () => {
  const report = validate({ source: { entity } });
  expect(report).toEqual({
    valid: false,
    diagnostics: expect.any(Array),
    waived: [],
    deployments: [{}],
  });
  expect(Object.getPrototypeOf(annotations()[0])).toBe(Object.prototype);
  // @ts-expect-error a request has a source
  expect(() => validate({})).toThrow(Error);
});

it('declares codes as a closed list', async () => {
  // @ts-expect-error this code does not exist
  const unknown: Code = 'model/surprise';
  expect(await codes({ entity })).not.toContain(unknown);
});
