import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ButtonLink, Flex, Text } from '@backstage/ui';
import { Facts } from '../components/Facts';
import { Prose } from '../components/Prose';
import { RequestFailure } from '../components/RequestFailure';
import cardStyles from '../components/VertexAiCard.module.css';
import type { MandateCall, Deployment, Trace } from '../deployments/deployment';
import { useTrace } from '../deployments/useTrace';
import { vertexAiTranslationRef } from '../translation';
import { Moment } from './Moment';
import styles from './page.module.css';

/** What a deployment was planned to do, what it did at Google, and where Google shows it. */
export function DeploymentTrace({ deployment }: { deployment: Deployment }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { trace, failure } = useTrace(deployment);
  if (!trace) return failure ? <RequestFailure failure={failure} /> : null;
  return (
    <>
      <section aria-label={t('trace.plan')} className={styles.section}>
        <Text as="h3" variant="title-x-small" weight="bold">
          {t('trace.plan')}
        </Text>
        <Plan trace={trace} />
      </section>
      <section aria-label={t('trace.audit')} className={styles.section}>
        <Text as="h3" variant="title-x-small" weight="bold">
          {t('trace.audit')}
        </Text>
        <Facts
          label={t('trace.ids')}
          facts={[
            [t('trace.reason'), trace.reason],
            [t('deployment.mandate'), deployment.mandate],
          ]}
        />
        <Calls calls={trace.calls} />
        <Flex gap="2" style={{ flexWrap: 'wrap' }}>
          {trace.links.map(({ about, url }) => (
            <ButtonLink
              key={about}
              variant="tertiary"
              size="small"
              href={url}
              target="_blank"
              rel="noreferrer"
            >
              {t(`trace.link.${about}`)}
            </ButtonLink>
          ))}
        </Flex>
      </section>
    </>
  );
}

function Plan({ trace }: { trace: Trace }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  if (trace.steps.length === 0) return <Text as="p">{t('trace.noPlan')}</Text>;
  return (
    <ol className={styles.list}>
      {trace.steps.map(({ title, call, undo }) => (
        <li key={title}>
          <Prose text={title} />
          <div className={styles.secondary}>
            {call ? t('trace.call', { method: call }) : t('trace.exists')}
            {undo && ` · ${t('trace.undo', { method: undo })}`}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Calls({ calls }: { calls?: MandateCall[] }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  if (!calls) return <Text as="p">{t('trace.unknownCalls')}</Text>;
  if (calls.length === 0) return <Text as="p">{t('trace.noCalls')}</Text>;
  return (
    <div className={cardStyles.scroll}>
      <table
        className={`${cardStyles.table} ${cardStyles.stacked}`}
        aria-label={t('trace.audit')}
      >
        <thead>
          <tr>
            <th scope="col">{t('trace.record')}</th>
            <th scope="col">{t('trace.method')}</th>
            <th scope="col">{t('trace.outcome')}</th>
            <th scope="col">{t('trace.at')}</th>
          </tr>
        </thead>
        <tbody>
          {calls.map(({ id, at, method, resource, outcome }) => (
            <tr key={id}>
              <th scope="row" className={cardStyles.wrap}>
                {id}
              </th>
              <td className={cardStyles.wrap} title={resource}>
                {method}
              </td>
              <td>{outcome}</td>
              <td>
                <Moment at={at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
