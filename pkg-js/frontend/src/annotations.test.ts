import { isVertexAiAvailable } from './annotations';

const annotated = (...keys: string[]) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'fraud',
    annotations: Object.fromEntries(keys.map(key => [key, ''])),
  },
});

describe('isVertexAiAvailable', () => {
  it.each([
    'google.com/vertex-ai-model',
    'google.com/vertex-ai-endpoint',
    'google.com/vertex-ai-endpoint.staging',
  ])('finds %s', key => {
    expect(isVertexAiAvailable(annotated('backstage.io/x', key))).toBe(true);
  });

  it.each([
    'google.com/vertex-ai-project',
    'google.com/vertex-ai-models',
    'google.com/vertex-ai-',
    'google-com/vertex-ai-model',
    'x.google.com/vertex-ai-model',
  ])('ignores %s', key => {
    expect(isVertexAiAvailable(annotated(key))).toBe(false);
  });

  it('ignores an entity without annotations', () => {
    const entity = { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } };
    expect(isVertexAiAvailable(entity)).toBe(false);
  });
});
