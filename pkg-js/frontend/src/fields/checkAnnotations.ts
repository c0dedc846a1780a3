import { validate, type Diagnostic } from '@backstage-vertex-ai/core';
import type { ConfigApi } from '@backstage/core-plugin-api';
import { rulesOf } from '../rules';

/**
 * The value of the form field: annotations by key.
 *
 * @public
 */
export type Annotations = { [key: string]: string };

/** Returns the findings about annotations of an entity to be. The core must be loaded. */
export function checkAnnotations(
  annotations: Annotations,
  config: ConfigApi,
): Diagnostic[] {
  const entity = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'form', annotations },
  };
  return validate({
    source: { entity },
    rules: rulesOf(config),
    required: true,
  }).diagnostics;
}
