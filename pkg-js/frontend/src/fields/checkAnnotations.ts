import { validate, type Diagnostic } from '@backstage-vertex-ai/core';
import type { ConfigApi } from '@backstage/core-plugin-api';
import { rulesOf } from '../rules';

/** What the field holds: annotations by their keys. */
export type Annotations = { [key: string]: string };

/** The findings about annotations that no entity has yet. The core must be loaded. */
export function checkAnnotations(
  annotations: Annotations,
  config: ConfigApi,
): Diagnostic[] {
  const entity = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'form', annotations },
  };
  return validate({ source: { entity }, rules: rulesOf(config) }).diagnostics;
}
