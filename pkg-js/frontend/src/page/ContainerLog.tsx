import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Flex, Text } from '@backstage/ui';
import { useState } from 'react';
import { Announcement } from '../components/Announcement';
import { Findings } from '../components/Findings';
import { RequestFailure } from '../components/RequestFailure';
import { useMayReadLog } from '../deployments/permissions';
import type { ContainerLogRead, Deployment } from '../deployments/deployment';
import { useContainerLog } from '../deployments/useContainerLog';
import { failureOf } from '../failure';
import { vertexAiTranslationRef } from '../translation';
import { Moment } from './Moment';
import styles from './page.module.css';

/** The last lines of the container of a deployment that failed, folded; their permission for users without it. */
export function ContainerLog({ deployment }: { deployment: Deployment }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { missing, allowed, error } = useMayReadLog(deployment.entityRef);
  const [open, setOpen] = useState(false);
  const isKnown = allowed || missing !== undefined || Boolean(error);
  if (deployment.state !== 'failed' || !isKnown) return null;
  return (
    <section aria-label={t('containerLog.title')} className={styles.section}>
      <Text as="h3" variant="title-x-small" weight="bold">
        {t('containerLog.title')}
      </Text>
      {missing && (
        <Text as="p">{t('containerLog.denied', { permission: missing })}</Text>
      )}
      {error && <RequestFailure failure={failureOf(error)} />}
      {allowed && (
        <details onToggle={event => setOpen(event.currentTarget.open)}>
          <summary>{t('containerLog.show')}</summary>
          {open && <Read id={deployment.id} />}
        </details>
      )}
    </section>
  );
}

function Read({ id }: { id: string }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { read, failure } = useContainerLog(id);
  if (failure) return <RequestFailure failure={failure} />;
  if (!read) return <Announcement loading={t('containerLog.loading')} />;
  if (!read.log) return <Text as="p">{t('containerLog.none')}</Text>;
  return <Lines {...read} log={read.log} />;
}

function Lines(
  props: ContainerLogRead & { log: NonNullable<ContainerLogRead['log']> },
) {
  const { log, readAt } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <Flex direction="column" gap="2" py="2">
      {log.unread && <Findings diagnostics={[log.unread]} />}
      {!log.unread && log.lines.length === 0 && (
        <Text as="p">{t('containerLog.empty')}</Text>
      )}
      {log.lines.length > 0 && (
        <div
          className={styles.log}
          role="region"
          aria-label={t('containerLog.lines')}
          // It scrolls, so it must be reachable by keyboard.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
        >
          <ol>
            {log.lines.map(({ at, text }) => (
              <li key={text}>
                {at && (
                  <time dateTime={at} className={styles.secondary}>
                    {new Date(at).toLocaleTimeString()}
                  </time>
                )}
                <code>{text}</code>
              </li>
            ))}
          </ol>
        </div>
      )}
      {readAt && (
        <Text as="p" variant="body-small" className={styles.secondary}>
          {t('containerLog.readAt')} <Moment at={readAt} />
        </Text>
      )}
    </Flex>
  );
}
