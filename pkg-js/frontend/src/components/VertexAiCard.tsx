import { Button, ButtonLink, Flex, Skeleton } from '@backstage/ui';
import {
  EntityInfoCard,
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { stringifyEntityRef } from '@backstage/catalog-model';
import { ANNOTATIONS } from '../annotations';
import { useStatus, type Status } from '../hooks/useStatus';
import { deployPath } from '../templates';
import { CoreBroken } from './CoreBroken';
import { DeployedModels } from './DeployedModels';
import { Findings } from './Findings';
import { Freshness } from './Freshness';
import { Headline } from './Headline';
import { OperationProgress } from './OperationProgress';

/** What serves on Vertex AI for the entity of this page. */
export function VertexAiCard() {
  const { entity } = useEntity();
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
          isDisabled={isLoading}
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
  if (!report) {
    return (
      <div role="status" aria-label="Asking Vertex AI what serves">
        <Skeleton width="40%" height={24} />
        <Skeleton width="100%" height={56} style={{ marginTop: 12 }} />
      </div>
    );
  }
  return (
    <Flex direction="column" gap="3">
      <Headline
        state={report.state}
        text={report.headline}
        detail={
          report.endpoint &&
          `Endpoint ${report.endpoint.displayName}, ${report.endpoint.location}`
        }
      />
      {report.operation && <OperationProgress operation={report.operation} />}
      {report.deployedModels.length > 0 && (
        <DeployedModels models={report.deployedModels} />
      )}
      <Findings diagnostics={[...report.findings, ...report.diagnostics]} />
      <Freshness report={report} failure={failure} onRetry={refresh} />
    </Flex>
  );
}
