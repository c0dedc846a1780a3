import {
  deploymentsView,
  type DeploymentsView,
  type DeploymentsViewRequest,
} from '@backstage-vertex-ai/core';
import { useMemo } from 'react';
import { useCore } from './useCore';

/** How the page shows deployments; absent until the core is loaded. */
export function useDeploymentsView(
  request: DeploymentsViewRequest,
): DeploymentsView | undefined {
  const { isReady } = useCore();
  const text = JSON.stringify(request);
  return useMemo(
    () => (isReady ? deploymentsView(JSON.parse(text)) : undefined),
    [isReady, text],
  );
}
