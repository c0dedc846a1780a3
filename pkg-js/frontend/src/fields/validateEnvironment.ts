import { configApiRef } from '@backstage/core-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import type { CustomFieldValidator } from '@backstage/plugin-scaffolder-react';
import { plainText } from '../components/Prose';
import {
  entityParameter,
  type EnvironmentOptions,
  findEntity,
  validateDeployment,
} from './environments';

/** Blocks the form while the entity has no such environment, or errors in it. */
export const validateEnvironment: CustomFieldValidator<
  string,
  EnvironmentOptions
> = async (environment, field, { apiHolder, formData, uiSchema }) => {
  const entityRef = formData[entityParameter(uiSchema)];
  if (typeof entityRef !== 'string') return;
  const entity = await findEntity(entityRef, apiHolder.get(catalogApiRef)!);
  // The task reports what became of an entity that the form has offered.
  if (!entity) return;
  const config = apiHolder.get(configApiRef)!;
  const report = await validateDeployment(entity, config, environment);
  for (const finding of report.diagnostics) {
    if (finding.severity === 'error') {
      field.addError(`${plainText(finding.message)} (${finding.code})`);
    }
  }
};
