import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink, Flex } from '@backstage/ui';
import {
  EntityInfoCard,
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useStatus, type Status } from '../hooks/useStatus';
import { REQUIRED_ANNOTATIONS } from '../requiredAnnotations';
import { deployPath } from '../templates';
import { vertexAiTranslationRef } from '../translation';
import { Announcement } from './Announcement';
import { CoreBroken } from './CoreBroken';
import { DeployedModels } from './DeployedModels';
import { Findings } from './Findings';
import { Freshness } from './Freshness';
import { Headline } from './Headline';
import { OperationProgress } from './OperationProgress';

/** The state of the entity's endpoint on Vertex AI. */
export function VertexAiCard() {
  const { entity } = useEntity();
  // The key keeps the report of one entity from showing on the page of another.
  return <EntityStatus key={stringifyEntityRef(entity)} entity={entity} />;
}

function EntityStatus({ entity }: { entity: Entity }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const status = useStatus(entity);
  const { report, isLoading, refresh } = status;

  if (report?.state === 'not-annotated') {
    return <MissingAnnotationEmptyState annotation={REQUIRED_ANNOTATIONS} />;
  }
  return (
    <EntityInfoCard
      title={t('statusCard.title')}
      headerActions={
        <Button
          variant="tertiary"
          size="small"
          onPress={refresh}
          isPending={isLoading}
        >
          {t('refresh')}
        </Button>
      }
      footerActions={
        <Flex gap="2" align="center">
          <ButtonLink
            variant="primary"
            size="small"
            href={deployPath(stringifyEntityRef(entity))}
          >
            {t('statusCard.deploy')}
          </ButtonLink>
          {report?.endpoint?.consoleUrl && (
            <ButtonLink
              variant="tertiary"
              size="small"
              href={report.endpoint.consoleUrl}
              target="_blank"
              rel="noreferrer"
            >
              {t('statusCard.openConsole')}
            </ButtonLink>
          )}
        </Flex>
      }
    >
      <Content {...status} />
    </EntityInfoCard>
  );
}

function Content({ report, failure, broken, refresh }: Status) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  if (broken) {
    return <CoreBroken error={broken} onRetry={refresh} />;
  }
  return (
    <Flex direction="column" gap="3">
      <Announcement loading={t('statusCard.loading')}>
        {report && (
          <Headline
            state={report.state}
            text={report.headline}
            detail={
              report.endpoint &&
              t('statusCard.endpoint', {
                name: report.endpoint.displayName,
                location: report.endpoint.location,
              })
            }
          />
        )}
      </Announcement>
      {report && (
        <>
          {report.operation && (
            <OperationProgress operation={report.operation} />
          )}
          {report.deployedModels.length > 0 && (
            <DeployedModels models={report.deployedModels} />
          )}
          <Findings diagnostics={[...report.findings, ...report.diagnostics]} />
          <Freshness
            report={report}
            failure={failure && <Findings diagnostics={failure.diagnostics} />}
            onRetry={refresh}
          />
        </>
      )}
    </Flex>
  );
}
