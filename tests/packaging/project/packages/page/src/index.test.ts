import { plan, validate } from '@backstage-vertex-ai/core';
import { codes } from './index';

it('runs in jsdom without loading anything', async () => {
  expect(typeof document).toBe('object');
  expect(await codes({ entity: { kind: 'A', metadata: { name: 'a' } } })).toContain('annotation/missing');
  expect(await codes(undefined as never)).toEqual(['request/malformed']);
});

it('hands out plain objects of this realm', () => {
  const source = { entity: { kind: 'A', metadata: { name: 'a' } } };
  const report = validate({ source });
  expect(report).toEqual({ valid: false, diagnostics: expect.any(Array) });
  expect(Object.getPrototypeOf(plan({ source }))).toBe(Object.prototype);
  // @ts-expect-error a request has a source
  expect(() => validate({})).toThrow(Error);
});
