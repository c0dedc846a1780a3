import { useEffect, useState } from 'react';
import type { Deployment } from './deployment';
import { useDeploymentsClient } from './useDeploymentsClient';

/** Earlier successes that are looked at. */
const SAMPLES = 50;

/** The durations in milliseconds of earlier successes of the same kind in the same environment; empty until they are known. */
export function useExpectation(deployment: Deployment): number[] {
  const { entityRef, environment, kind } = deployment;
  const client = useDeploymentsClient();
  const [took, setTook] = useState<number[]>([]);

  useEffect(() => {
    const controller = new AbortController();
    client
      .list(
        { entityRef, state: 'succeeded', limit: SAMPLES },
        controller.signal,
      )
      .then(({ items }) =>
        setTook(
          items
            .filter(
              item => item.environment === environment && item.kind === kind,
            )
            .map(({ createdAt, startedAt = createdAt, endedAt = startedAt }) =>
              Math.round(Date.parse(endedAt) - Date.parse(startedAt)),
            ),
        ),
      )
      // Without an expectation the page lacks nothing that it needs.
      .catch(() => {});
    return () => controller.abort();
  }, [client, entityRef, environment, kind]);

  return took;
}
