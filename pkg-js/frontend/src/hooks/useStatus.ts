import type { Entity } from '@backstage/catalog-model';
import {
  configApiRef,
  discoveryApiRef,
  fetchApiRef,
  useApi,
} from '@backstage/core-plugin-api';
import { init, status, type StatusReport } from '@backstage-vertex-ai/core';
import { useCallback, useEffect, useState } from 'react';
import { rulesOf } from '../rules';

/** What is known, and whether asking again failed. */
export interface Status {
  /** The last report that Google gave; absent before the first. */
  report?: StatusReport;
  /** Why the newest question had no answer. */
  failure?: StatusReport;
  /** The core itself does not work here. */
  broken?: Error;
  isLoading: boolean;
  refresh(): void;
}

/** Asks what serves, again and again while the page is visible. One question at a time; the last ends with the component. */
export function useStatus(entity: Entity): Status {
  const discovery = useApi(discoveryApiRef);
  const { fetch } = useApi(fetchApiRef);
  const config = useApi(configApiRef);
  const [known, setKnown] = useState<Omit<Status, 'refresh' | 'isLoading'>>({});
  const [isLoading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound(n => n + 1), []);

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let timer: ReturnType<typeof setTimeout> | undefined;

    async function ask() {
      setLoading(true);
      try {
        await init();
        const proxyUrl = `${await discovery.getBaseUrl('proxy')}/vertex-ai`;
        const report = await status(
          {
            source: { entity: JSON.parse(JSON.stringify(entity)) },
            rules: rulesOf(config),
            proxyUrl,
          },
          { fetch: (url, options) => fetch(url, options), signal },
        );
        if (signal.aborted) return;
        setKnown(before =>
          report.state === 'unavailable' && before.report
            ? { ...before, failure: report }
            : { report },
        );
        timer = setTimeout(next, report.refreshAfter);
      } catch (error) {
        if (!signal.aborted) setKnown({ broken: error as Error });
      } finally {
        if (!signal.aborted) setLoading(false);
      }
    }

    function next() {
      if (document.visibilityState === 'visible') {
        ask();
      } else {
        document.addEventListener('visibilitychange', next, {
          once: true,
          signal,
        });
      }
    }

    ask();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [config, discovery, entity, fetch, round]);

  return { ...known, isLoading, refresh };
}
