import type { PreflightReport } from '@backstage-vertex-ai/core';
import { useEffect, useRef, useState } from 'react';
import { failureOf, type Failure } from '../failure';
import type { StartBody } from './client';
import { useDeploymentsClient } from './useDeploymentsClient';

/** The preflight of a deployment, on demand. */
export interface Preflight {
  report?: PreflightReport;
  failure?: Failure;
  isRunning: boolean;
  run(): void;
  cancel(): void;
}

/** Checks on demand whether a deployment can succeed. A report of another request is not shown as that of this one. */
export function usePreflight(request: StartBody): Preflight {
  const client = useDeploymentsClient();
  const body = JSON.stringify(request);
  const [known, setKnown] = useState<{
    body: string;
    report?: PreflightReport;
    failure?: Failure;
  }>();
  const [running, setRunning] = useState<string>();
  const controller = useRef<AbortController>();

  useEffect(
    () => () => {
      controller.current?.abort();
      setRunning(undefined);
    },
    [body],
  );

  function run() {
    controller.current?.abort();
    const current = new AbortController();
    const { signal } = current;
    controller.current = current;
    setRunning(body);
    setKnown(undefined);
    const end = (answer: { report?: PreflightReport; failure?: Failure }) => {
      if (signal.aborted) return;
      setKnown({ body, ...answer });
      setRunning(undefined);
    };
    client.preflight(body, signal).then(
      report => end({ report }),
      error => end({ failure: failureOf(error) }),
    );
  }

  function cancel() {
    controller.current?.abort();
    setRunning(undefined);
  }

  const shown = known?.body === body ? known : undefined;
  return {
    report: shown?.report,
    failure: shown?.failure,
    isRunning: running === body,
    run,
    cancel,
  };
}
