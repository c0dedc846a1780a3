import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  EntityInfoCard,
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { Flex } from '@backstage/ui';
import { useDeployOffer } from '../hooks/useDeployOffer';
import { useDisputes } from '../hooks/useDisputes';
import { useEnvironmentChoice } from '../hooks/useEnvironmentChoice';
import { useRunning } from '../hooks/useRunning';
import { useStatus } from '../hooks/useStatus';
import { REQUIRED_ANNOTATIONS } from '../requiredAnnotations';
import { useContentPath } from '../routes';
import { vertexAiTranslationRef } from '../translation';
import { Disputes } from './Disputes';
import { EnvironmentSelect } from './EnvironmentSelect';
import { FollowedDeployment } from './FollowedDeployment';
import { RefreshButton } from './RefreshButton';
import { StatusActions } from './StatusActions';
import { StatusContent } from './StatusContent';

/** The state of the entity's endpoint on Vertex AI. */
export function VertexAiCard() {
  const { entity } = useEntity();
  // The key keeps the report of one entity from showing on the page of another.
  return <EntityStatus key={stringifyEntityRef(entity)} entity={entity} />;
}

function EntityStatus({ entity }: { entity: Entity }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const choice = useEnvironmentChoice(entity);
  const { environment, choices, choose } = choice;
  const { running, refresh: refreshRunning } = useRunning(
    stringifyEntityRef(entity),
    environment,
  );
  const status = useStatus(entity, {
    ...choice,
    isFollowed: running !== undefined,
  });
  const { report, isLoading, refresh } = status;
  const offer = useDeployOffer(entity, report, { environment });
  const detailsPath = useContentPath();
  const { disputes, refresh: refreshDisputes } = useDisputes(entity);
  const refreshAll = () => {
    refresh();
    refreshDisputes();
  };

  if (report?.state === 'not-annotated') {
    return <MissingAnnotationEmptyState annotation={REQUIRED_ANNOTATIONS} />;
  }
  return (
    <EntityInfoCard
      title={t('statusCard.title')}
      headerActions={
        <RefreshButton isLoading={isLoading} refresh={refreshAll} />
      }
      footerActions={
        <StatusActions
          entityRef={stringifyEntityRef(entity)}
          environment={environment}
          offer={offer}
          report={report}
          detailsPath={detailsPath}
        />
      }
    >
      <Flex direction="column" gap="3">
        {choices.length > 1 && (
          <EnvironmentSelect
            choices={choices}
            value={environment}
            onChange={choose}
          />
        )}
        <Disputes disputes={disputes} />
        <StatusContent {...status} hasProgress={running !== undefined} />
        {running && (
          <FollowedDeployment
            key={running.id}
            deployment={running}
            onEnd={refreshRunning}
          />
        )}
      </Flex>
    </EntityInfoCard>
  );
}
