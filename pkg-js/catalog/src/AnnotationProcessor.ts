import { type Diagnostic, validate } from '@backstage-vertex-ai/core';
import { ENTITY_STATUS_CATALOG_PROCESSING_TYPE } from '@backstage/catalog-client';
import type { Entity } from '@backstage/catalog-model';
import type {
  AlphaEntity,
  EntityStatusItem,
} from '@backstage/catalog-model/alpha';
import { serializeError } from '@backstage/errors';
import type {
  CatalogProcessor,
  CatalogProcessorEmit,
  LocationSpec,
} from '@backstage/plugin-catalog-node';
import { AnnotationError } from './AnnotationError';
import type { Settings } from './settings';

/** Formats a finding like the catalog's own errors: the entity page shows items of this type and level `error` only. */
function statusItem(finding: Diagnostic): EntityStatusItem {
  const error = new AnnotationError(finding);
  return {
    type: ENTITY_STATUS_CATALOG_PROCESSING_TYPE,
    level: finding.severity,
    message: `${error.name}: ${error.message}`,
    error: serializeError(error),
  };
}

/** Checks the Vertex AI annotations of every entity that the catalog processes. */
export class AnnotationProcessor implements CatalogProcessor {
  constructor(private readonly settings: Settings) {}

  getProcessorName() {
    return 'VertexAiAnnotationProcessor';
  }

  // The last stage: placeholders are resolved, and other processors have added their status items.
  async postProcessEntity(
    entity: Entity,
    location: LocationSpec,
    emit: CatalogProcessorEmit,
  ): Promise<Entity> {
    const { onInvalid, rules } = this.settings;
    const { valid, diagnostics } = validate({ source: { entity }, rules });
    if (!valid && onInvalid === 'refuse') {
      for (const finding of diagnostics) {
        if (finding.severity === 'error') {
          emit({
            type: 'error',
            location,
            error: new AnnotationError(finding),
          });
        }
      }
      return entity;
    }
    if (diagnostics.length === 0) return entity;

    const { status }: AlphaEntity = entity;
    const items = [...(status?.items ?? []), ...diagnostics.map(statusItem)];
    return { ...entity, status: { ...status, items } } as AlphaEntity;
  }
}
