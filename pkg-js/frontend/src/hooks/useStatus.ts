import type { Entity } from '@backstage/catalog-model';
import {
  configApiRef,
  discoveryApiRef,
  fetchApiRef,
  useApi,
} from '@backstage/core-plugin-api';
import { init, status, type StatusReport } from '@backstage-vertex-ai/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { rulesOf } from '../rules';

/** The newest report, and the failure of the newest request. */
export interface Status {
  /** The newest report that rests on a response of Google; absent before the first. */
  report?: StatusReport;
  /** The newest report, where it says only why the status is unavailable. */
  failure?: StatusReport;
  /** The core failed or could not be loaded. */
  broken?: Error;
  isLoading: boolean;
  refresh(): void;
}

/** Polls the status of an entity's endpoint while the page is visible, one request at a time, until the component unmounts. */
export function useStatus(
  entity: Entity,
  {
    environment,
    isKnown = true,
    isFollowed = false,
  }: {
    environment?: string;
    isKnown?: boolean;
    /** Whether a deployment of the portal runs there: until its end, Google is asked for one report only. */
    isFollowed?: boolean;
  } = {},
): Status {
  const discovery = useApi(discoveryApiRef);
  const { fetch } = useApi(fetchApiRef);
  const config = useApi(configApiRef);
  const [known, setKnown] = useState<
    Omit<Status, 'refresh' | 'isLoading'> & { environment?: string }
  >({});
  const [isLoading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound(n => n + 1), []);
  const followed = useRef(isFollowed);

  useEffect(() => {
    if (followed.current && !isFollowed) refresh();
    followed.current = isFollowed;
  }, [isFollowed, refresh]);

  useEffect(() => {
    if (!isKnown) return undefined;
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
            environment,
            rules: rulesOf(config),
            proxyUrl,
          },
          { fetch: (url, options) => fetch(url, options), signal },
        );
        if (signal.aborted) return;
        setKnown(before =>
          report.state === 'unavailable' &&
          before.report &&
          before.environment === environment
            ? { ...before, failure: report }
            : { report, environment },
        );
        timer = setTimeout(next, report.refreshAfter);
      } catch (error) {
        if (!signal.aborted) setKnown({ broken: error as Error, environment });
      } finally {
        if (!signal.aborted) setLoading(false);
      }
    }

    function next() {
      if (followed.current) return;
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
  }, [config, discovery, entity, environment, fetch, isKnown, round]);

  // The report of another environment is not shown as that of this one.
  const shown = known.environment === environment ? known : {};
  return { ...shown, isLoading, refresh };
}
