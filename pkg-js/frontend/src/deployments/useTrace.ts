import { useEffect, useState } from 'react';
import { failureOf, type Failure } from '../failure';
import type { Deployment, Trace } from './deployment';
import { useDeploymentsClient } from './useDeploymentsClient';

/** Reads the trace of a deployment, and again when its state changes. */
export function useTrace({ id, state }: Deployment): {
  /** Absent before the first response. */
  trace?: Trace;
  failure?: Failure;
} {
  const client = useDeploymentsClient();
  const [trace, setTrace] = useState<Trace>();
  const [failure, setFailure] = useState<Failure>();

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    client.trace(id, signal).then(
      found => {
        setTrace(found);
        setFailure(undefined);
      },
      error => signal.aborted || setFailure(failureOf(error)),
    );
    return () => controller.abort();
  }, [client, id, state]);

  return { trace, failure };
}
