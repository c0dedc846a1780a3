import type { Entity } from '@backstage/catalog-model';

/** The annotations that a card needs. */
export const ANNOTATIONS = [
  'google.com/vertex-ai-model',
  'google.com/vertex-ai-endpoint',
];

/**
 * Returns whether an entity has Vertex AI annotations, in any environment.
 *
 * @public
 */
export function isVertexAiAvailable(entity: Entity): boolean {
  const keys = Object.keys(entity.metadata.annotations ?? {});
  return ANNOTATIONS.some(name =>
    keys.some(key => key === name || key.startsWith(`${name}.`)),
  );
}
