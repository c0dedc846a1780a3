import {
  EntityInfoCard,
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { Button, ButtonLink, Flex, Text } from '@backstage/ui';
import { ANNOTATIONS } from '../annotations';
import { useAccess, type AccessStatus } from '../hooks/useAccess';
import { requestAccessPath } from '../templates';
import { Abilities } from './Abilities';
import { Announcement } from './Announcement';
import { Findings } from './Findings';
import { Freshness } from './Freshness';
import { Grantors } from './Grantors';
import { Headline } from './Headline';
import { MissingRights } from './MissingRights';

/** What the user of this page may do with the entity's deployment, what they lack for it, and who can give it. */
export function AccessCard() {
  const { entity } = useEntity();
  // Another entity's card begins anew: nothing of this one's may stand in it.
  return <CardOf key={stringifyEntityRef(entity)} entity={entity} />;
}

function CardOf({ entity }: { entity: Entity }) {
  const access = useAccess(entity);
  const { report, isLoading, refresh } = access;

  if (report?.state === 'not-annotated') {
    return <MissingAnnotationEmptyState annotation={ANNOTATIONS} />;
  }
  const isMissing = Boolean(
    report && report.missing.length + report.missingInPortal.length > 0,
  );
  return (
    <EntityInfoCard
      title="Vertex AI access"
      headerActions={
        <Button
          variant="tertiary"
          size="small"
          onPress={refresh}
          isPending={isLoading}
        >
          Look again
        </Button>
      }
      footerActions={
        isMissing &&
        report?.request && (
          <ButtonLink
            variant="primary"
            size="small"
            href={requestAccessPath(report.request)}
          >
            Request access
          </ButtonLink>
        )
      }
    >
      <Flex direction="column" gap="3">
        <Content {...access} isMissing={isMissing} />
      </Flex>
    </EntityInfoCard>
  );
}

function Content(props: AccessStatus & { isMissing: boolean }) {
  const { report, failure, refresh, isMissing } = props;
  if (!report && failure) {
    return (
      <>
        <Findings diagnostics={failure.diagnostics} />
        <div>
          <Button variant="secondary" size="small" onPress={refresh}>
            Try again
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <Announcement asking="Asking what you may do">
        {report && (
          <Headline
            state={report.state}
            text={report.headline}
            detail={
              report.principal && `Google knows you as ${report.principal}`
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
            <MissingRights grants={report.missing} />
          )}
          {report.missingInPortal.length > 0 && (
            <Text as="p" variant="body-small">
              Missing in Backstage: {report.missingInPortal.join(', ')}. Ask
              whoever looks after the portal.
            </Text>
          )}
          {isMissing && <Grantors grantors={report.grantors} />}
          <Findings diagnostics={report.diagnostics} />
          {report.abilities.length > 0 && (
            <Text as="p" variant="body-x-small" color="secondary">
              This is what Google answered when it was asked for you. It decides
              anew at each call.
            </Text>
          )}
          <Freshness report={report} failure={failure} onRetry={refresh} />
        </>
      )}
    </>
  );
}
