import type { AccessReport } from '@backstage-vertex-ai/core/server';
import {
  EntityInfoCard,
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink, Flex, Text } from '@backstage/ui';
import { useAccess, type AccessStatus } from '../hooks/useAccess';
import { useEnvironmentChoice } from '../hooks/useEnvironmentChoice';
import { REQUIRED_ANNOTATIONS } from '../requiredAnnotations';
import { requestAccessPath } from '../templates';
import { vertexAiTranslationRef } from '../translation';
import { Abilities } from './Abilities';
import { Announcement } from './Announcement';
import { EnvironmentSelect } from './EnvironmentSelect';
import { Findings } from './Findings';
import { Freshness } from './Freshness';
import { Grantors } from './Grantors';
import { Headline } from './Headline';
import { MissingPermissions } from './MissingPermissions';
import { RefreshButton } from './RefreshButton';
import { RequestFailure } from './RequestFailure';
import styles from './VertexAiCard.module.css';

/** The access of the user to the entity's deployment, what they miss, and who can grant it. */
export function AccessCard() {
  const { entity } = useEntity();
  // The key keeps the report of one entity from showing on the page of another.
  return <EntityAccess key={stringifyEntityRef(entity)} entity={entity} />;
}

const hasMissing = (report?: AccessReport) =>
  Boolean(report && report.missing.length + report.missingInPortal.length > 0);

function EntityAccess({ entity }: { entity: Entity }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const choice = useEnvironmentChoice(entity);
  const { environment, choices, choose } = choice;
  const access = useAccess(entity, choice);
  const { report, isLoading, refresh } = access;

  if (report?.state === 'not-annotated') {
    return <MissingAnnotationEmptyState annotation={REQUIRED_ANNOTATIONS} />;
  }
  const isMissing = hasMissing(report);
  return (
    <EntityInfoCard
      title={t('accessCard.title')}
      headerActions={<RefreshButton isLoading={isLoading} refresh={refresh} />}
      footerActions={
        isMissing &&
        report?.request && (
          <ButtonLink
            variant="primary"
            size="small"
            href={requestAccessPath(report.request)}
          >
            {t('accessCard.request')}
          </ButtonLink>
        )
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
        <Content {...access} />
      </Flex>
    </EntityInfoCard>
  );
}

function Content({ report, failure, refresh }: AccessStatus) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  if (!report && failure) {
    return (
      <>
        <RequestFailure failure={failure} />
        <div>
          <Button variant="secondary" size="small" onPress={refresh}>
            {t('retry')}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <Announcement loading={t('accessCard.loading')}>
        {report && (
          <Headline
            state={report.state}
            text={report.headline}
            detail={
              report.principal &&
              t('accessCard.principal', { principal: report.principal })
            }
          />
        )}
      </Announcement>
      {report && (
        <>
          {report.abilities.length > 0 && (
            <Abilities abilities={report.abilities} />
          )}
          {report.missing.length > 0 && (
            <MissingPermissions grants={report.missing} />
          )}
          {report.missingInPortal.length > 0 && (
            <Text as="p" variant="body-small">
              {t('accessCard.missingInPortal', {
                permissions: report.missingInPortal.join(', '),
              })}
            </Text>
          )}
          {hasMissing(report) && <Grantors grantors={report.grantors} />}
          {report.state === 'invalid' ? (
            // The card of the status shows each of them.
            <Text as="p" variant="body-small">
              {t('accessCard.invalid')}
            </Text>
          ) : (
            <Findings diagnostics={report.diagnostics} />
          )}
          {report.abilities.length > 0 && (
            <Text as="p" variant="body-small" className={styles.secondary}>
              {t('accessCard.note')}
            </Text>
          )}
          <Freshness
            report={report}
            failure={failure && <RequestFailure failure={failure} />}
            onRetry={refresh}
          />
        </>
      )}
    </>
  );
}
