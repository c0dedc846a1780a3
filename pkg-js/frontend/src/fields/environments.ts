import {
  init,
  validate,
  type DeploymentChoice,
  type ValidateReport,
} from '@backstage-vertex-ai/core';
import type { Entity } from '@backstage/catalog-model';
import type { ConfigApi } from '@backstage/core-plugin-api';
import type { CatalogApi } from '@backstage/plugin-catalog-react';
import { rulesOf } from '../rules';

/**
 * `ui:options` of the field of an environment.
 *
 * @public
 */
export interface EnvironmentOptions {
  /** The name of the form's parameter that holds the entity, `entity` by default. */
  entityParameter?: string;
  /** Whether the field shows what the annotations of the environment deploy, `true` by default. */
  hasSummary?: boolean;
}

/** Returns the name of the form's parameter that holds the entity: `ui:options: { entityParameter }`. */
export const entityParameter = (uiSchema?: {
  'ui:options'?: { entityParameter?: string };
}): string => uiSchema?.['ui:options']?.entityParameter ?? 'entity';

/** Returns an entity of the catalog; `undefined` where it is missing or hidden. */
export const findEntity = (entityRef: string, catalog: CatalogApi) =>
  catalog.getEntityByRef(entityRef).catch(() => undefined);

const source = (entity: Entity) => ({
  entity: JSON.parse(JSON.stringify(entity)),
});

/** Returns what the annotations of an entity deploy, with another version of the model where one is given. */
export async function readChoices(
  entity: Entity,
  config: ConfigApi,
  modelVersion?: string,
): Promise<DeploymentChoice[]> {
  await init();
  const rules = rulesOf(config);
  return validate({ source: source(entity), rules, modelVersion }).deployments;
}

/** Validates one deployment of an entity: that of an environment, or the plain one. */
export async function validateDeployment(
  entity: Entity,
  config: ConfigApi,
  environment?: string,
): Promise<ValidateReport> {
  await init();
  return validate({
    source: source(entity),
    environment,
    rules: rulesOf(config),
    required: true,
    forDeployment: true,
  });
}
