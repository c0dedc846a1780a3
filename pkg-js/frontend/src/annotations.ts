import type { Entity } from '@backstage/catalog-model';

/** The annotations without which the card has nothing to show. */
export const ANNOTATIONS = [
  'google.com/vertex-ai-model',
  'google.com/vertex-ai-endpoint',
];

/** Whether an entity says anything about Vertex AI, in whichever environment. */
export function isVertexAiAvailable(entity: Entity): boolean {
  const keys = Object.keys(entity.metadata.annotations ?? {});
  return ANNOTATIONS.some(ours =>
    keys.some(key => key === ours || key.startsWith(`${ours}.`)),
  );
}
