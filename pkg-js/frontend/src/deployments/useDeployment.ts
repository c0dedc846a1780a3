import { useCallback, useEffect, useState } from 'react';
import type { Failure } from '../failure';
import type { Deployment, LogLine } from './deployment';
import { follow } from './follow';
import { useDeploymentsClient } from './useDeploymentsClient';

/** A deployment as its newest event left it. */
export interface Followed {
  /** Absent before the first response. */
  deployment?: Deployment;
  /** In the order of the events. */
  lines: LogLine[];
  failure?: Failure;
  /** Follows it anew. */
  refresh(): void;
}

/** Follows one deployment until the component unmounts. */
export function useDeployment(id: string, known?: Deployment): Followed {
  const client = useDeploymentsClient();
  const [deployment, setDeployment] = useState(known);
  const [lines, setLines] = useState<LogLine[]>([]);
  const [failure, setFailure] = useState<Failure>();
  const [round, setRound] = useState(0);
  const refresh = useCallback(() => setRound(n => n + 1), []);

  useEffect(() => {
    const controller = new AbortController();
    setLines([]);
    follow(
      client,
      id,
      {
        onDeployment: setDeployment,
        onLine: line => setLines(before => [...before, line]),
        onFailure: setFailure,
      },
      controller.signal,
    );
    return () => controller.abort();
  }, [client, id, round]);

  return { deployment, lines, failure, refresh };
}
