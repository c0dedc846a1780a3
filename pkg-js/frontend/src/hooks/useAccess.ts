import type { AccessReport } from '@backstage-vertex-ai/core/server';
import type { Entity } from '@backstage/catalog-model';
import {
  configApiRef,
  discoveryApiRef,
  fetchApiRef,
  type FetchApi,
  useApi,
} from '@backstage/core-plugin-api';
import { useCallback, useEffect, useState } from 'react';
import { readFailure, type Failure } from '../failure';
import { rulesOf } from '../rules';

/** The newest report, and the failure of the newest request. */
export interface AccessStatus {
  /** The newest report; absent before the first. */
  report?: AccessReport;
  /** Absent where the newest request succeeded. */
  failure?: Failure;
  isLoading: boolean;
  refresh(): void;
}

type Answer = Pick<AccessStatus, 'report' | 'failure'>;

/** How long components on one page share an answer, in milliseconds. */
const SHARED_MILLIS = 2_000;

/** The newest answers by what was asked, for each app. */
const answers = new WeakMap<FetchApi, Map<string, Promise<Answer>>>();

function shared(
  api: FetchApi,
  key: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const known = answers.get(api) ?? new Map<string, Promise<Answer>>();
  answers.set(api, known);
  const present = known.get(key);
  if (present) return present;
  const asked = ask();
  known.set(key, asked);
  asked.finally(() => setTimeout(() => known.delete(key), SHARED_MILLIS));
  return asked;
}

async function read(response: Response): Promise<Answer> {
  const copy = response.clone();
  const body = await response.json().catch(() => undefined);
  if (response.ok && body?.state) return { report: body };
  return { failure: await readFailure(copy) };
}

/** Requests the signed-in user's access to an entity's deployment, and again on `refresh`. */
export function useAccess(
  entity: Entity,
  {
    environment,
    isKnown = true,
  }: { environment?: string; isKnown?: boolean } = {},
): AccessStatus {
  const discovery = useApi(discoveryApiRef);
  const fetchApi = useApi(fetchApiRef);
  const config = useApi(configApiRef);
  const [known, setKnown] = useState<Answer & { environment?: string }>({});
  const [isLoading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound(n => n + 1), []);

  useEffect(() => {
    if (!isKnown) return undefined;
    let isGone = false;
    const rules = rulesOf(config);
    const body = JSON.stringify({ source: { entity }, environment, rules });

    async function ask() {
      try {
        const url = `${await discovery.getBaseUrl('proxy')}/vertex-ai/access`;
        return await read(
          await fetchApi.fetch(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          }),
        );
      } catch {
        return { failure: { diagnostics: [] } };
      }
    }

    setLoading(true);
    shared(fetchApi, `${round} ${body}`, ask).then(answer => {
      if (isGone) return;
      // A failed refresh keeps the last report on the card.
      setKnown(before => ({
        ...(before.environment === environment && { report: before.report }),
        ...answer,
        environment,
      }));
      setLoading(false);
    });
    return () => {
      isGone = true;
    };
  }, [config, discovery, entity, environment, fetchApi, isKnown, round]);

  // The report of another environment is not shown as that of this one.
  const shown = known.environment === environment ? known : {};
  return { ...shown, isLoading, refresh };
}
