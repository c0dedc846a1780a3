import type { DeploymentView } from '@backstage-vertex-ai/core';
import { useRouteRef } from '@backstage/core-plugin-api';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Flex, Link, Skeleton, Text } from '@backstage/ui';
import { Prose } from '../components/Prose';
import { RequestFailure } from '../components/RequestFailure';
import cardStyles from '../components/VertexAiCard.module.css';
import type { Deployment } from '../deployments/deployment';
import type { Listed } from '../deployments/useDeployments';
import { deploymentRouteRef } from '../routes';
import { vertexAiTranslationRef } from '../translation';
import { Moment } from './Moment';
import { Outcome } from './Outcome';
import { Person } from './Person';
import { useDuration } from '../hooks/useDuration';
import { RollBackButton } from './RollBackButton';
import { useWhat } from './useWhat';

/** The deployments of an entity, newest first: who, what, when, the outcome and its reason. */
export function History(props: { listed: Listed; views: DeploymentView[] }) {
  const { listed, views } = props;
  const { items, failure, more, refresh, isLoading } = listed;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const failed = failure && (
    <Flex direction="column" gap="2">
      <RequestFailure failure={failure} />
      <div>
        <Button
          variant="secondary"
          size="small"
          onPress={refresh}
          isPending={isLoading}
        >
          {t('retry')}
        </Button>
      </div>
    </Flex>
  );
  if (!items) {
    return (
      failed ?? (
        <div role="status" aria-label={t('history.loading')}>
          <Skeleton width="100%" height={80} />
        </div>
      )
    );
  }
  return (
    <Flex direction="column" gap="3">
      {failed}
      {items.length === 0 ? (
        <Text as="p">{t('history.empty')}</Text>
      ) : (
        <Rows items={items} views={views} />
      )}
      {more && (
        <div>
          <Button variant="secondary" size="small" onPress={more}>
            {t('history.more')}
          </Button>
        </div>
      )}
    </Flex>
  );
}

function Rows(props: { items: Deployment[]; views: DeploymentView[] }) {
  const { items, views } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const byId = new Map(views.map(view => [view.id, view] as const));
  const hasActions = views.some(view => view.mayRollBack);
  return (
    <div className={cardStyles.scroll}>
      <table
        className={`${cardStyles.table} ${cardStyles.stacked}`}
        aria-label={t('history.label')}
      >
        <thead>
          <tr>
            <th scope="col">{t('history.what')}</th>
            <th scope="col">{t('history.outcome')}</th>
            <th scope="col">{t('history.when')}</th>
            <th scope="col">{t('history.who')}</th>
            {hasActions && <th scope="col">{t('history.actions')}</th>}
          </tr>
        </thead>
        <tbody>
          {items.map(deployment => (
            <Row
              key={deployment.id}
              deployment={deployment}
              view={byId.get(deployment.id)}
              hasActions={hasActions}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: {
  deployment: Deployment;
  view?: DeploymentView;
  hasActions: boolean;
}) {
  const { deployment, view, hasActions } = props;
  const { id, state, user, createdAt, endedAt, cancelRequestedBy } = deployment;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const path = useRouteRef(deploymentRouteRef);
  const { label } = useWhat(deployment);
  const duration = useDuration();
  return (
    <tr>
      <th scope="row" className={cardStyles.wrap}>
        <Link href={path({ id })} variant="body-small">
          {label}
        </Link>
      </th>
      <td className={cardStyles.wrap}>
        {view && <Outcome state={state} tone={view.tone} />}
        {view?.why && (
          <div>
            <Prose text={view.why} />
          </div>
        )}
        {!view?.why && cancelRequestedBy && (
          <div>
            {t('deployment.cancelledBy')} <Person name={cancelRequestedBy} />
          </div>
        )}
      </td>
      <td>
        <Moment at={createdAt} />
        {endedAt && (
          <div className={cardStyles.secondary}>
            {duration(Date.parse(endedAt) - Date.parse(createdAt))}
          </div>
        )}
      </td>
      <td>
        <Person name={user} />
      </td>
      {hasActions && (
        <td>
          {view?.mayRollBack && <RollBackButton deployment={deployment} />}
        </td>
      )}
    </tr>
  );
}
