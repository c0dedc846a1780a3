import { useRouteRef } from '@backstage/core-plugin-api';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink, Container, Flex, Link, Text } from '@backstage/ui';
import { Announcement } from '../components/Announcement';
import { type Fact, Facts } from '../components/Facts';
import { Findings } from '../components/Findings';
import { Prose } from '../components/Prose';
import { RequestFailure } from '../components/RequestFailure';
import type { Deployment } from '../deployments/deployment';
import { useMay, useMayTakeOver } from '../deployments/permissions';
import { useDeployment, type Followed } from '../deployments/useDeployment';
import { useDeploymentsView } from '../hooks/useDeploymentsView';
import { contentRouteRef } from '../routes';
import { vertexAiTranslationRef } from '../translation';
import { CancelButton } from './CancelButton';
import { ContainerLog } from './ContainerLog';
import { DeploymentLog } from './DeploymentLog';
import { DeploymentProgress } from '../components/DeploymentProgress';
import { DeploymentTrace } from './DeploymentTrace';
import { Moment } from './Moment';
import { RequestAccess } from './RequestAccess';
import { TakeOverButton } from './TakeOverButton';
import { Outcome } from './Outcome';
import { Person } from './Person';
import { useDuration } from '../hooks/useDuration';
import { useWhat } from './useWhat';
import styles from './page.module.css';

/** One deployment: its outcome, facts, findings and log. */
export function DeploymentPage({ id }: { id: string }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const overview = useRouteRef(contentRouteRef);
  const followed = useDeployment(id);
  const { deployment, failure, refresh } = followed;
  return (
    <Container>
      <Flex direction="column" gap="4" py="4">
        <nav>
          <Link href={overview()}>
            <span aria-hidden="true">← </span>
            {t('page.back')}
          </Link>
        </nav>
        {failure && (
          <>
            <RequestFailure failure={failure} />
            <div>
              <Button variant="secondary" size="small" onPress={refresh}>
                {t('retry')}
              </Button>
            </div>
          </>
        )}
        {deployment ? (
          <Found {...followed} deployment={deployment} />
        ) : (
          !failure && <Announcement loading={t('deployment.loading')} />
        )}
      </Flex>
    </Container>
  );
}

function Found(props: Followed & { deployment: Deployment }) {
  const { deployment, lines, refresh } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { title } = useWhat(deployment);
  const may = useMay(deployment.entityRef);
  const mayTakeOver = useMayTakeOver();
  const all = useDeploymentsView({ deployments: [deployment], ...may });
  const [view] = all?.deployments ?? [];
  return (
    <>
      <Flex gap="4" align="center" style={{ flexWrap: 'wrap' }}>
        <Text as="h2" variant="title-small" weight="bold">
          {title}
        </Text>
        <div role="status" aria-live="polite">
          {view && <Outcome state={deployment.state} tone={view.tone} />}
        </div>
        {view?.mayCancel && (
          <CancelButton id={deployment.id} onAsked={refresh} />
        )}
        {view?.ended && mayTakeOver && deployment.notUndone.length > 0 && (
          <TakeOverButton id={deployment.id} onAsked={refresh} />
        )}
        {deployment.consoleUrl && (
          <ButtonLink
            variant="tertiary"
            size="small"
            href={deployment.consoleUrl}
            target="_blank"
            rel="noreferrer"
          >
            {t('statusCard.openConsole')}
          </ButtonLink>
        )}
      </Flex>
      {view && !view.ended && (
        <DeploymentProgress deployment={deployment} view={view} />
      )}
      {view && view.findings.length > 0 && (
        <section aria-label={t('deployment.findings')}>
          <Flex direction="column" gap="3">
            <Findings diagnostics={view.findings} />
          </Flex>
        </section>
      )}
      {view?.lacksAccess && <RequestAccess {...deployment} />}
      <ContainerLog deployment={deployment} />
      <DeploymentFacts deployment={deployment} />
      <DeploymentTrace deployment={deployment} />
      <section aria-label={t('deployment.log')} className={styles.section}>
        <Text as="h3" variant="title-x-small" weight="bold">
          {t('deployment.log')}
        </Text>
        <DeploymentLog lines={lines} />
      </section>
    </>
  );
}

function DeploymentFacts({ deployment }: { deployment: Deployment }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const duration = useDuration();
  const { createdAt, startedAt, endedAt, user, cancelRequestedBy } = deployment;
  const list = (titles: string[]) =>
    titles.length > 0 && (
      <ul className={styles.list}>
        {titles.map(title => (
          <li key={title}>
            <Prose text={title} />
          </li>
        ))}
      </ul>
    );
  const facts: Fact[] = [
    [t('deployment.environment'), deployment.environment],
    [t('deployment.startedBy'), <Person name={user} />],
    [t('deployment.started'), <Moment at={startedAt ?? createdAt} />],
    [t('deployment.ended'), endedAt && <Moment at={endedAt} />],
    [
      t('deployment.duration'),
      endedAt && duration(Date.parse(endedAt) - Date.parse(createdAt)),
    ],
    [
      t('deployment.cancelledBy'),
      cancelRequestedBy && <Person name={cancelRequestedBy} />,
    ],
    [t('deployment.model'), deployment.model],
    [t('deployment.resolvedAlias'), deployment.resolvedAlias],
    [t('deployment.movedAlias'), deployment.movedAlias],
    [t('deployment.endpoint'), deployment.endpoint],
    [t('deployment.deployedModel'), deployment.deployedModelId],
    [
      t('deployedModels.traffic'),
      deployment.traffic !== undefined &&
        t('deployedModels.trafficShare', { percent: `${deployment.traffic}` }),
    ],
    [t('deployment.removed'), list(deployment.removed ?? [])],
    [t('deployment.undone'), list(deployment.undone)],
    [t('deployment.notUndone'), list(deployment.notUndone)],
    [t('deployment.operation'), deployment.operation],
    [t('deployment.id'), deployment.id],
  ];
  return <Facts label={t('deployment.facts')} facts={facts} />;
}
