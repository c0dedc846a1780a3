import { useRouteRef } from '@backstage/core-plugin-api';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { EntityInfoCard } from '@backstage/plugin-catalog-react';
import { ButtonLink, Flex } from '@backstage/ui';
import { useEffect } from 'react';
import { Findings } from '../components/Findings';
import { RequestFailure } from '../components/RequestFailure';
import type { Deployment } from '../deployments/deployment';
import { useMay } from '../deployments/permissions';
import { useDeployment } from '../deployments/useDeployment';
import { useDeploymentsView } from '../hooks/useDeploymentsView';
import { deploymentRouteRef } from '../routes';
import { vertexAiTranslationRef } from '../translation';
import { CancelButton } from './CancelButton';
import { DeploymentLog } from './DeploymentLog';
import { DeploymentProgress } from '../components/DeploymentProgress';
import { useWhat } from './useWhat';

/** A deployment that runs, followed live. */
export function RunningDeployment(props: {
  deployment: Deployment;
  onEnd(): void;
}) {
  const { deployment: known, onEnd } = props;
  const { id, entityRef } = known;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const path = useRouteRef(deploymentRouteRef);
  const {
    deployment = known,
    lines,
    failure,
    refresh,
  } = useDeployment(id, known);
  const { title } = useWhat(deployment);
  const may = useMay(entityRef);
  const all = useDeploymentsView({ deployments: [deployment], ...may });
  const [view] = all?.deployments ?? [];

  useEffect(() => {
    if (view?.ended) onEnd();
  }, [view?.ended, onEnd]);

  return (
    <EntityInfoCard
      title={title}
      footerActions={
        <Flex gap="2" align="center" style={{ flexWrap: 'wrap' }}>
          <ButtonLink variant="tertiary" size="small" href={path({ id })}>
            {t('deployment.details')}
          </ButtonLink>
          {view?.mayCancel && <CancelButton id={id} onAsked={refresh} />}
        </Flex>
      }
    >
      <Flex direction="column" gap="3">
        {view && <DeploymentProgress deployment={deployment} view={view} />}
        {view && <Findings diagnostics={view.findings} />}
        {failure && <RequestFailure failure={failure} />}
        <DeploymentLog lines={lines} />
      </Flex>
    </EntityInfoCard>
  );
}
