import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { EntityInfoCard } from '@backstage/plugin-catalog-react';
import { RefreshButton } from '../components/RefreshButton';
import { StatusActions } from '../components/StatusActions';
import { StatusContent } from '../components/StatusContent';
import type { Deployment } from '../deployments/deployment';
import { useDeployOffer } from '../hooks/useDeployOffer';
import { useStatus } from '../hooks/useStatus';
import { vertexAiTranslationRef } from '../translation';

/** The state of one environment of an entity. */
export function EnvironmentState(props: {
  entity: Entity;
  /** Absent for the plain annotations. */
  environment?: string;
  /** The newest deployments of the entity. */
  deployments: Deployment[];
  /** Whether the page follows a deployment of this environment. */
  isFollowed: boolean;
}) {
  const { entity, environment, isFollowed } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const status = useStatus(entity, { environment, isFollowed });
  const { report, isLoading, refresh } = status;
  const deployments = props.deployments.filter(
    deployment => deployment.environment === environment,
  );
  const offer = useDeployOffer(entity, report, { environment, deployments });

  return (
    <EntityInfoCard
      title={
        environment === undefined
          ? t('page.title')
          : t('page.environment', { name: environment })
      }
      headerActions={<RefreshButton isLoading={isLoading} refresh={refresh} />}
      footerActions={
        <StatusActions
          entityRef={stringifyEntityRef(entity)}
          environment={environment}
          offer={offer}
          report={report}
        />
      }
    >
      <StatusContent {...status} hasFindings hasProgress={isFollowed} />
    </EntityInfoCard>
  );
}
