import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { EntityInfoCard } from '@backstage/plugin-catalog-react';
import { Flex, Text } from '@backstage/ui';
import { Preflight } from '../components/Preflight';
import { RefreshButton } from '../components/RefreshButton';
import { StatusActions } from '../components/StatusActions';
import { StatusContent } from '../components/StatusContent';
import type { Deployment } from '../deployments/deployment';
import { useMay, useMissingToStart } from '../deployments/permissions';
import { useDeployOffer } from '../hooks/useDeployOffer';
import { useStatus } from '../hooks/useStatus';
import { vertexAiTranslationRef } from '../translation';
import { ModelActions } from './ModelActions';
import { RequestAccess } from './RequestAccess';
import styles from './page.module.css';

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
  const entityRef = stringifyEntityRef(entity);
  const { mayStart } = useMay(entityRef);
  const missing = useMissingToStart(entityRef);
  const status = useStatus(entity, { environment, isFollowed });
  const { report, isLoading, refresh } = status;
  const endpoint = report?.endpoint?.name.split('/').at(-1);
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
          entityRef={entityRef}
          environment={environment}
          offer={offer}
          report={report}
        />
      }
    >
      <StatusContent
        {...status}
        hasFindings
        hasProgress={isFollowed}
        actions={
          mayStart && endpoint
            ? model => (
                <ModelActions
                  model={model}
                  entityRef={entityRef}
                  environment={environment}
                  endpoint={endpoint}
                />
              )
            : undefined
        }
      />
      {mayStart && report?.target && (
        <Preflight request={{ entityRef, environment }} />
      )}
      {missing && report && (
        <Flex direction="column" gap="2" pt="2">
          {report.deployedModels.length > 0 && (
            <Text as="p" variant="body-small" className={styles.secondary}>
              {t('change.denied', { permission: missing })}
            </Text>
          )}
          <RequestAccess entityRef={entityRef} environment={environment} />
        </Flex>
      )}
    </EntityInfoCard>
  );
}
