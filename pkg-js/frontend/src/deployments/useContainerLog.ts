import { useEffect, useState } from 'react';
import { failureOf, type Failure } from '../failure';
import type { ContainerLogRead } from './deployment';
import { useDeploymentsClient } from './useDeploymentsClient';

/** Reads what a deployment has kept of its container's log, once. */
export function useContainerLog(id: string): {
  /** Absent before the response. */
  read?: ContainerLogRead;
  failure?: Failure;
} {
  const client = useDeploymentsClient();
  const [read, setRead] = useState<ContainerLogRead>();
  const [failure, setFailure] = useState<Failure>();

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    client
      .containerLog(id, signal)
      .then(setRead, error => signal.aborted || setFailure(failureOf(error)));
    return () => controller.abort();
  }, [client, id]);

  return { read, failure };
}
