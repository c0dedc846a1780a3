import { useSignal } from '@backstage/plugin-signals-react';
import { useCallback, useEffect, useState } from 'react';
import { failureOf, type Failure } from '../failure';
import type { Deployment, DeploymentPage } from './deployment';
import { useDeploymentsClient } from './useDeploymentsClient';

const PAGE = 10;
const REFRESH_MILLIS = 15_000;
/** On this channel the backend plugin names deployments that have another state. */
const CHANNEL = 'vertex-ai:deployments';

/** The deployments of an entity, newest first. */
export interface Listed {
  /** Absent before the first response. */
  items?: Deployment[];
  failure?: Failure;
  isLoading: boolean;
  /** Loads older ones; absent where there are none. */
  more?(): void;
  refresh(): void;
}

/** The deployments of a page, then those of an older list that it does not reach. */
function merged(page: DeploymentPage, older: Deployment[]): Deployment[] {
  const last = page.items.at(-1);
  const isOlder = ({ createdAt, id }: Deployment) =>
    !last ||
    createdAt < last.createdAt ||
    (createdAt === last.createdAt && id < last.id);
  return [...page.items, ...older.filter(isOlder)];
}

/** Lists the deployments of an entity: at once after a signal, and again and again while the page is visible. */
export function useDeployments(entityRef: string): Listed {
  const client = useDeploymentsClient();
  const [items, setItems] = useState<Deployment[]>();
  // `null` where nothing is older.
  const [cursor, setCursor] = useState<string | null>();
  const [failure, setFailure] = useState<Failure>();
  const [isLoading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound(n => n + 1), []);
  // Absent in a portal without the signals plugin.
  const { lastSignal } = useSignal<{ id: string }>(CHANNEL);

  useEffect(() => {
    if (lastSignal) refresh();
  }, [lastSignal, refresh]);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let timer: ReturnType<typeof setTimeout> | undefined;

    async function load() {
      let isAbsent = false;
      setLoading(true);
      try {
        const page = await client.list({ entityRef, limit: PAGE }, signal);
        if (signal.aborted) return;
        setItems(before => merged(page, before ?? []));
        // Pages that were loaded before have their own cursor.
        setCursor(before =>
          before === undefined ? (page.nextCursor ?? null) : before,
        );
        setFailure(undefined);
      } catch (error) {
        if (signal.aborted) return;
        setFailure(failureOf(error));
        // A portal without the backend plugin is asked once.
        isAbsent = failureOf(error).status === 404;
      }
      setLoading(false);
      if (!isAbsent) timer = setTimeout(next, REFRESH_MILLIS);
    }

    function next() {
      if (document.visibilityState === 'visible') {
        load();
      } else {
        document.addEventListener('visibilitychange', next, {
          once: true,
          signal,
        });
      }
    }

    load();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [client, entityRef, round]);

  const more = useCallback(async () => {
    if (!cursor) return;
    try {
      const page = await client.list({ entityRef, limit: PAGE, cursor });
      setItems(before => [...(before ?? []), ...page.items]);
      setCursor(page.nextCursor ?? null);
    } catch (error) {
      setFailure(failureOf(error));
    }
  }, [client, entityRef, cursor]);

  return { items, failure, isLoading, refresh, ...(cursor && { more }) };
}
