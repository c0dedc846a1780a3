import type { Diagnostic } from '@backstage-vertex-ai/core';
import type { AccessReport } from '@backstage-vertex-ai/core/server';
import type { Entity } from '@backstage/catalog-model';
import {
  configApiRef,
  discoveryApiRef,
  fetchApiRef,
  useApi,
} from '@backstage/core-plugin-api';
import { useCallback, useEffect, useState } from 'react';
import { rulesOf } from '../rules';

/** The reason why a request gave no report; empty where the portal did not respond. */
export interface Failure {
  /** The portal's own finding. */
  diagnostic?: Diagnostic;
  /** The HTTP status of a response. */
  status?: number;
}

/** The newest report, and the failure of the newest request. */
export interface AccessStatus {
  /** The newest report; absent before the first. */
  report?: AccessReport;
  /** Absent where the newest request succeeded. */
  failure?: Failure;
  isLoading: boolean;
  refresh(): void;
}

async function read(
  response: Response,
): Promise<Pick<AccessStatus, 'report' | 'failure'>> {
  const body = await response.json().catch(() => undefined);
  if (response.ok && body?.state) return { report: body };
  return {
    failure: { diagnostic: body?.diagnostic, status: response.status },
  };
}

/** Requests the signed-in user's access to an entity's deployment once, and again on `refresh`. */
export function useAccess(entity: Entity): AccessStatus {
  const discovery = useApi(discoveryApiRef);
  const { fetch } = useApi(fetchApiRef);
  const config = useApi(configApiRef);
  const [known, setKnown] = useState<Pick<AccessStatus, 'report' | 'failure'>>(
    {},
  );
  const [isLoading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound(n => n + 1), []);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;

    async function ask() {
      try {
        const url = `${await discovery.getBaseUrl('proxy')}/vertex-ai/access`;
        const body = { source: { entity }, rules: rulesOf(config) };
        return await read(
          await fetch(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
            signal,
          }),
        );
      } catch {
        return { failure: {} };
      }
    }

    setLoading(true);
    ask().then(answer => {
      if (signal.aborted) return;
      // A failed refresh keeps the last report on the card.
      setKnown(({ report }) => ({ report, ...answer }));
      setLoading(false);
    });
    return () => controller.abort();
  }, [config, discovery, entity, fetch, round]);

  return { ...known, isLoading, refresh };
}
