import type { DeploymentView } from '@backstage-vertex-ai/core';
import { useEffect } from 'react';
import type { Deployment } from '../deployments/deployment';
import { useDeployment } from '../deployments/useDeployment';
import { useDeploymentsView } from '../hooks/useDeploymentsView';
import { DeploymentProgress } from './DeploymentProgress';

/** The live progress of a deployment that this portal runs. */
export function FollowedDeployment(props: {
  deployment: Deployment;
  onEnd(): void;
}) {
  const { deployment: known, onEnd } = props;
  const { deployment = known } = useDeployment(known.id, known);
  const view: DeploymentView | undefined = useDeploymentsView({
    deployments: [deployment],
    mayStart: false,
    mayCancel: false,
  })?.deployments[0];

  useEffect(() => {
    if (view?.ended) onEnd();
  }, [view?.ended, onEnd]);

  return view ? (
    <DeploymentProgress deployment={deployment} view={view} />
  ) : null;
}
