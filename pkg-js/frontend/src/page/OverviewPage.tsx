import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { MissingAnnotationEmptyState } from '@backstage/plugin-catalog-react';
import { Container, Flex, Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import { CoreBroken } from '../components/CoreBroken';
import { Disputes } from '../components/Disputes';
import { Findings } from '../components/Findings';
import { useMay } from '../deployments/permissions';
import { useDeployments } from '../deployments/useDeployments';
import { useDisputes } from '../hooks/useDisputes';
import { useDeploymentsView } from '../hooks/useDeploymentsView';
import { useEnvironments } from '../hooks/useEnvironments';
import { REQUIRED_ANNOTATIONS } from '../requiredAnnotations';
import { vertexAiTranslationRef } from '../translation';
import { EnvironmentState } from './EnvironmentState';
import { History } from './History';
import { RunningDeployment } from './RunningDeployment';
import styles from './page.module.css';

/** What an entity serves now, what is being deployed, and what was. */
export function OverviewPage({ entity }: { entity: Entity }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const entityRef = stringifyEntityRef(entity);
  const { report, broken, retry } = useEnvironments(entity);
  const { disputes } = useDisputes(entity);
  const listed = useDeployments(entityRef);
  const { items = [], refresh } = listed;
  const view = useDeploymentsView({ deployments: items, ...useMay(entityRef) });
  const resting = new Set(
    view?.deployments.filter(it => it.ended || it.scheduled).map(it => it.id),
  );
  const running = view ? items.filter(({ id }) => !resting.has(id)) : [];
  return (
    <Container>
      <Flex direction="column" gap="6" py="4">
        {running.length > 0 && (
          <Section title={t('page.running')}>
            {running.map(deployment => (
              <RunningDeployment
                key={deployment.id}
                deployment={deployment}
                onEnd={refresh}
              />
            ))}
          </Section>
        )}
        <Section title={t('page.current')}>
          {broken && <CoreBroken error={broken} onRetry={retry} />}
          {report && <Findings diagnostics={report.diagnostics} />}
          <Disputes disputes={disputes} />
          {report?.deployments.map(({ environment }) => (
            <EnvironmentState
              key={environment ?? ''}
              entity={entity}
              environment={environment}
              deployments={items}
              isFollowed={running.some(it => it.environment === environment)}
            />
          ))}
          {report?.deployments.length === 0 && (
            <MissingAnnotationEmptyState annotation={REQUIRED_ANNOTATIONS} />
          )}
        </Section>
        <Section title={t('page.history')}>
          <History listed={listed} views={view?.deployments ?? []} />
        </Section>
      </Flex>
    </Container>
  );
}

function Section(props: { title: string; children: ReactNode }) {
  const { title, children } = props;
  return (
    <section aria-label={title} className={styles.section}>
      <Text as="h2" variant="title-small" weight="bold">
        {title}
      </Text>
      {children}
    </section>
  );
}
