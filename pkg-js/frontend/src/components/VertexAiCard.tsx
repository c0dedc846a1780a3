import { Button, ButtonLink, Flex } from '@backstage/ui';
import {
  EntityInfoCard,
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { ANNOTATIONS } from '../annotations';
import { useStatus, type Status } from '../hooks/useStatus';
import { deployPath } from '../templates';
import { Announcement } from './Announcement';
import { CoreBroken } from './CoreBroken';
import { DeployedModels } from './DeployedModels';
import { Findings } from './Findings';
import { Freshness } from './Freshness';
import { Headline } from './Headline';
import { OperationProgress } from './OperationProgress';

/** What serves on Vertex AI for the entity of this page. */
export function VertexAiCard() {
  const { entity } = useEntity();
  // Another entity's card begins anew: nothing of this one's may stand in it.
  return <CardOf key={stringifyEntityRef(entity)} entity={entity} />;
}

function CardOf({ entity }: { entity: Entity }) {
  const status = useStatus(entity);
  const { report, isLoading, refresh } = status;

  if (report?.state === 'not-annotated') {
    return <MissingAnnotationEmptyState annotation={ANNOTATIONS} />;
  }
  return (
    <EntityInfoCard
      title="Vertex AI"
      headerActions={
        <Button
          variant="tertiary"
          size="small"
          onPress={refresh}
          isPending={isLoading}
        >
          Refresh
        </Button>
      }
      footerActions={
        <Flex gap="2" align="center">
          <ButtonLink
            variant="primary"
            size="small"
            href={deployPath(stringifyEntityRef(entity))}
          >
            Deploy model
          </ButtonLink>
          {report?.endpoint && (
            <ButtonLink
              variant="tertiary"
              size="small"
              href={report.endpoint.consoleUrl}
              target="_blank"
              rel="noreferrer"
            >
              Open in Google Cloud (new tab)
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
  if (broken) {
    return <CoreBroken error={broken} onRetry={refresh} />;
  }
  return (
    <Flex direction="column" gap="3">
      <Announcement asking="Asking Vertex AI what serves">
        {report && (
          <Headline
            state={report.state}
            text={report.headline}
            detail={
              report.endpoint &&
              `Endpoint ${report.endpoint.displayName}, ${report.endpoint.location}`
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
          <Freshness report={report} failure={failure} onRetry={refresh} />
        </>
      )}
    </Flex>
  );
}
