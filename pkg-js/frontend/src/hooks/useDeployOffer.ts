import type { DeployOffer, StatusReport } from '@backstage-vertex-ai/core';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type { Deployment } from '../deployments/deployment';
import { useMay } from '../deployments/permissions';
import { useAccess } from './useAccess';
import { useDeploymentsView } from './useDeploymentsView';

const NONE: Deployment[] = [];

/** The place of *Deploy model* beside a status: whether it is the main action, for this user and now. */
export function useDeployOffer(
  entity: Entity,
  status?: StatusReport,
  options: { environment?: string; deployments?: Deployment[] } = {},
): DeployOffer {
  const { report, failure } = useAccess(entity, {
    environment: options.environment,
    // Without a target nothing can be deployed.
    isKnown: Boolean(status?.target),
  });
  const may = useMay(stringifyEntityRef(entity));
  const view = useDeploymentsView({
    deployments: options.deployments ?? NONE,
    status: status?.state,
    access: report?.state ?? (failure && 'unavailable'),
    ...may,
  });
  return view?.deploy ?? 'absent';
}
