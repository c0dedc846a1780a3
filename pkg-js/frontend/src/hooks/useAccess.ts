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

/** What is known, and whether asking again failed. */
export interface AccessStatus {
  /** The last report that the portal gave; absent before the first. */
  report?: AccessReport;
  /** Why the newest question had no answer. */
  failure?: { diagnostics: Diagnostic[] };
  isLoading: boolean;
  refresh(): void;
}

const unanswered = (message: string): Diagnostic => ({
  code: 'network/unreachable',
  severity: 'error',
  message,
  help: 'try again; if it stays so, tell whoever looks after the portal',
});

/** The report, or the portal's refusal as findings. */
async function read(
  response: Response,
): Promise<Pick<AccessStatus, 'report' | 'failure'>> {
  const body = await response.json().catch(() => undefined);
  if (response.ok && body?.state) return { report: body };
  const { diagnostic } = body ?? {};
  return {
    failure: {
      diagnostics: [
        diagnostic ?? unanswered(`the portal answered HTTP ${response.status}`),
      ],
    },
  };
}

/** Asks once what the signed-in user may do with an entity's deployment, and again when told to. */
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
        return {
          failure: { diagnostics: [unanswered('the portal does not answer')] },
        };
      }
    }

    setLoading(true);
    ask().then(answer => {
      if (signal.aborted) return;
      // What was known stays to be seen when it cannot be learnt anew.
      setKnown(({ report }) => ({ report, ...answer }));
      setLoading(false);
    });
    return () => controller.abort();
  }, [config, discovery, entity, fetch, round]);

  return { ...known, isLoading, refresh };
}
