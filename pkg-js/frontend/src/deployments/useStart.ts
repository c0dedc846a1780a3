import { useRef, useState } from 'react';
import { failureOf, type Failure } from '../failure';
import type { StartBody } from './client';
import type { Deployment } from './deployment';
import { useDeploymentsClient } from './useDeploymentsClient';

/** Random digits. `crypto.randomUUID` is missing on pages without TLS. */
const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map(byte => byte.toString(16).padStart(2, '0'))
    .join('');

/** Starts deployments. The same request is one deployment, however often it is sent until the component unmounts. */
export function useStart(): {
  /** Resolves with what was started, or with nothing after a failure. */
  start(request: StartBody): Promise<Deployment | undefined>;
  isPending: boolean;
  failure?: Failure;
} {
  const client = useDeploymentsClient();
  const keys = useRef(new Map<string, string>());
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  async function start(request: StartBody) {
    const body = JSON.stringify(request);
    const key = keys.current.get(body) ?? newKey();
    keys.current.set(body, key);
    setPending(true);
    setFailure(undefined);
    try {
      return await client.start(body, key);
    } catch (error) {
      setFailure(failureOf(error));
      return undefined;
    } finally {
      setPending(false);
    }
  }

  return { start, isPending, failure };
}
