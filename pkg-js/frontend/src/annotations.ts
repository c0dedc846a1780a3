import type { Entity } from '@backstage/catalog-model';
import { REQUIRED_ANNOTATION } from './requiredAnnotations';

/**
 * Returns whether an entity has Vertex AI annotations, in any environment.
 *
 * @public
 */
export function isVertexAiAvailable(entity: Entity): boolean {
  return Object.keys(entity.metadata.annotations ?? {}).some(key =>
    REQUIRED_ANNOTATION.test(key),
  );
}
