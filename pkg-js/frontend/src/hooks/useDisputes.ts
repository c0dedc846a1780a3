import type { ClaimsReport } from '@backstage-vertex-ai/core/server';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import {
  discoveryApiRef,
  fetchApiRef,
  useApi,
} from '@backstage/core-plugin-api';
import { useCallback, useEffect, useState } from 'react';
import { isVertexAiAvailable } from '../annotations';

const NONE: ClaimsReport = { disputes: [] };

/** Reads which endpoints of an entity are not its own, and again on `refresh`. */
export function useDisputes(
  entity: Entity,
): ClaimsReport & { refresh(): void } {
  const discovery = useApi(discoveryApiRef);
  const { fetch } = useApi(fetchApiRef);
  const [report, setReport] = useState(NONE);
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound(n => n + 1), []);

  const isAnnotated = isVertexAiAvailable(entity);
  const entityRef = stringifyEntityRef(entity);

  useEffect(() => {
    if (!isAnnotated) return undefined;
    const controller = new AbortController();
    const { signal } = controller;

    async function read() {
      const base = await discovery.getBaseUrl('proxy');
      const query = new URLSearchParams({ entityRef });
      const url = `${base}/vertex-ai/claims?${query}`;
      const response = await fetch(url, { signal });
      return response.ok ? response.json() : NONE;
    }

    read().then(
      found => signal.aborted || setReport(found),
      // The status beside it shows that the portal does not respond.
      () => {},
    );
    return () => controller.abort();
  }, [discovery, entityRef, fetch, isAnnotated, round]);

  return { ...report, refresh };
}
