import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { Prose } from '../components/Prose';
import type { LogLine } from '../deployments/deployment';
import { vertexAiTranslationRef } from '../translation';
import styles from './page.module.css';

/** The events of a deployment, oldest first. Screen readers announce new ones. */
export function DeploymentLog({ lines }: { lines: LogLine[] }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <div
      className={styles.log}
      role="log"
      aria-label={t('deployment.log')}
      // It scrolls, so it must be reachable by keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      {lines.length === 0 && (
        <Text as="p" variant="body-small" className={styles.secondary}>
          {t('deployment.logEmpty')}
        </Text>
      )}
      <ol>
        {lines.map(({ id, at, message, state, kind }) => (
          <li key={id} data-kind={kind ?? 'state'}>
            <time dateTime={at} className={styles.secondary}>
              {new Date(at).toLocaleTimeString()}
            </time>{' '}
            <span>
              {message ? (
                <Prose text={message} />
              ) : (
                t(`deployment.state.${state}`)
              )}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
