import { useEffect, useState } from 'react';
import { useDeploymentsClient } from '../deployments/useDeploymentsClient';
import { failureOf, type Failure } from '../failure';

/** What a promotion would deploy. */
interface Promotion {
  /** The version that the other environment deployed last; absent until it is known. */
  modelVersion?: string;
  /** Why the portal cannot plan the promotion. */
  failure?: Failure;
}

/** Plans the promotion of a model version to an environment; nothing without a request. */
export function usePromotion(
  request:
    { entityRef: string; from?: string; environment?: string } | undefined,
): Promotion {
  const client = useDeploymentsClient();
  const [known, setKnown] = useState<Promotion>({});
  const body = request && JSON.stringify({ ...request, kind: 'promote' });

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    setKnown({});

    async function read(text: string): Promise<Promotion> {
      try {
        const { plan } = await client.plan(text, signal);
        return { modelVersion: plan?.target.model.split('@')[1] };
      } catch (error) {
        return { failure: failureOf(error) };
      }
    }

    if (body) read(body).then(found => signal.aborted || setKnown(found));
    return () => controller.abort();
  }, [body, client]);

  return known;
}
