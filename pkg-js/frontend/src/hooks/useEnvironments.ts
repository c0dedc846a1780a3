import { validate, type ValidateReport } from '@backstage-vertex-ai/core';
import type { Entity } from '@backstage/catalog-model';
import { configApiRef, useApi } from '@backstage/core-plugin-api';
import { useMemo } from 'react';
import { rulesOf } from '../rules';
import { useCore } from './useCore';

/** What the annotations of an entity deploy, and all findings about them. */
export function useEnvironments(entity: Entity): {
  /** Absent until the core is loaded. */
  report?: ValidateReport;
  broken?: Error;
  retry(): void;
} {
  const config = useApi(configApiRef);
  const { isReady, broken, retry } = useCore();
  const report = useMemo(() => {
    if (!isReady) return undefined;
    const source = { entity: JSON.parse(JSON.stringify(entity)) };
    return validate({ source, rules: rulesOf(config) });
  }, [config, entity, isReady]);
  return { report, broken, retry };
}
