import {
  EntityInfoCard,
  MissingAnnotationEmptyState,
  useEntity,
} from '@backstage/plugin-catalog-react';
import { Button, ButtonLink, Flex, Skeleton, Text } from '@backstage/ui';
import { ANNOTATIONS } from '../annotations';
import { useAccess, type AccessStatus } from '../hooks/useAccess';
import { requestAccessPath } from '../templates';
import { Abilities } from './Abilities';
import { Findings } from './Findings';
import { Freshness } from './Freshness';
import { Grantors } from './Grantors';
import { Headline } from './Headline';
import { MissingRights } from './MissingRights';

/** What the user of this page may do with the entity's deployment, what they lack for it, and who can give it. */
export function AccessCard() {
  const { entity } = useEntity();
  const access = useAccess(entity);
  const { report, isLoading, refresh } = access;

  if (report?.state === 'not-annotated') {
    return <MissingAnnotationEmptyState annotation={ANNOTATIONS} />;
  }
  return (
    <EntityInfoCard
      title="Vertex AI access"
      headerActions={
        <Button
          variant="tertiary"
          size="small"
          onPress={refresh}
          isDisabled={isLoading}
        >
          Look again
        </Button>
      }
      footerActions={
        report?.state === 'missing' &&
        report.request && (
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
      <Content {...access} />
    </EntityInfoCard>
  );
}

function Content({ report, failure, refresh }: AccessStatus) {
  if (!report) {
    return failure ? (
      <Flex direction="column" gap="3">
        <Findings diagnostics={failure.diagnostics} />
        <div>
          <Button variant="secondary" size="small" onPress={refresh}>
            Try again
          </Button>
        </div>
      </Flex>
    ) : (
      <div role="status" aria-label="Asking what you may do">
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
        detail={report.principal && `Google knows you as ${report.principal}`}
      />
      {report.abilities.length > 0 && (
        <Abilities abilities={report.abilities} />
      )}
      {report.missing.length > 0 && <MissingRights grants={report.missing} />}
      {report.state === 'missing' && <Grantors grantors={report.grantors} />}
      <Findings diagnostics={report.diagnostics} />
      {report.abilities.length > 0 && (
        <Text as="p" variant="body-x-small" color="secondary">
          This is what Google answered when it was asked for you. It decides
          anew at each call.
        </Text>
      )}
      <Freshness report={report} failure={failure} onRetry={refresh} />
    </Flex>
  );
}
