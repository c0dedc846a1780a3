import {
  init,
  modelVersions,
  type ModelVersionsReport,
} from '@backstage-vertex-ai/core';
import {
  configApiRef,
  discoveryApiRef,
  fetchApiRef,
  useApi,
} from '@backstage/core-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { useEffect, useState } from 'react';
import { rulesOf } from '../rules';
import { findEntity } from './environments';

/** Reads the versions of the model that an entity of the catalog names; `undefined` until they are known. */
export function useModelVersions(
  entityRef?: string,
  environment?: string,
): ModelVersionsReport | undefined {
  const catalog = useApi(catalogApiRef);
  const config = useApi(configApiRef);
  const discovery = useApi(discoveryApiRef);
  const { fetch } = useApi(fetchApiRef);
  const [report, setReport] = useState<ModelVersionsReport>();

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    setReport(undefined);

    async function read(ref: string): Promise<ModelVersionsReport> {
      const entity = await findEntity(ref, catalog);
      if (!entity) return { versions: [], diagnostics: [] };
      await init();
      return modelVersions(
        {
          source: { entity: JSON.parse(JSON.stringify(entity)) },
          environment,
          rules: rulesOf(config),
          proxyUrl: `${await discovery.getBaseUrl('proxy')}/vertex-ai`,
        },
        { fetch: (url, options) => fetch(url, options), signal },
      );
    }

    if (entityRef !== undefined) {
      read(entityRef).then(
        found => signal.aborted || setReport(found),
        // The field of the environment shows what is wrong with the core.
        () => signal.aborted || setReport({ versions: [], diagnostics: [] }),
      );
    }
    return () => controller.abort();
  }, [catalog, config, discovery, entityRef, environment, fetch]);

  return report;
}
