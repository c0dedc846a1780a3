import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex } from '@backstage/ui';
import type { ReactNode } from 'react';
import type { Status } from '../hooks/useStatus';
import { vertexAiTranslationRef } from '../translation';
import { Announcement } from './Announcement';
import { CoreBroken } from './CoreBroken';
import { type DeployedModel, DeployedModels } from './DeployedModels';
import { Findings } from './Findings';
import { Freshness } from './Freshness';
import { Headline } from './Headline';
import { OperationProgress } from './OperationProgress';

/** What an endpoint serves, and what is wrong there. */
export function StatusContent(
  props: Status & {
    /** Whether the page shows the findings about the annotations elsewhere. */
    hasFindings?: boolean;
    /** Whether the page shows the progress of a deployment elsewhere. */
    hasProgress?: boolean;
    /** What stands below a deployed model. */
    actions?(model: DeployedModel): ReactNode;
  },
) {
  const { report, failure, broken, refresh, hasFindings, hasProgress } = props;
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
          {report.operation && !hasProgress && (
            <OperationProgress operation={report.operation} />
          )}
          {report.deployedModels.length > 0 && (
            <DeployedModels
              models={report.deployedModels}
              actions={props.actions}
            />
          )}
          {!hasFindings && <Findings diagnostics={report.findings} />}
          <Findings diagnostics={report.diagnostics} />
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
