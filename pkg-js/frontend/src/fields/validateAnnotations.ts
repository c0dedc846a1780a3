import { init } from '@backstage-vertex-ai/core';
import { configApiRef } from '@backstage/core-plugin-api';
import type { CustomFieldValidator } from '@backstage/plugin-scaffolder-react';
import { plainText } from '../components/Prose';
import { checkAnnotations, type Annotations } from './checkAnnotations';

/** Blocks the form while the annotations have errors, before a task starts and fails on them. */
export const validateAnnotations: CustomFieldValidator<Annotations> = async (
  annotations,
  field,
  { apiHolder },
) => {
  await init();
  const config = apiHolder.get(configApiRef)!;
  for (const finding of checkAnnotations(annotations ?? {}, config)) {
    if (finding.severity === 'error') {
      field.addError(`${plainText(finding.message)} (${finding.code})`);
    }
  }
};
