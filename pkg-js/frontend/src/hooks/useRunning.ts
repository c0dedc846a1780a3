import type { Deployment } from '../deployments/deployment';
import { useDeployments } from '../deployments/useDeployments';
import { useDeploymentsView } from './useDeploymentsView';

const NONE: Deployment[] = [];

/** The deployment that this portal runs for one environment of an entity, if any. One that waits for its time does not run. */
export function useRunning(
  entityRef: string,
  environment?: string,
): { running?: Deployment; refresh(): void } {
  const { items = NONE, refresh } = useDeployments(entityRef);
  const view = useDeploymentsView({
    deployments: items,
    mayStart: false,
    mayCancel: false,
  });
  const running = items.find((deployment, at) => {
    const { ended = true, scheduled } = view?.deployments[at] ?? {};
    return deployment.environment === environment && !ended && !scheduled;
  });
  return { running, refresh };
}
