import type { DeploymentView } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { useId } from 'react';
import cardStyles from './VertexAiCard.module.css';
import type { Deployment } from '../deployments/deployment';
import { useNow } from '../hooks/useNow';
import { vertexAiTranslationRef } from '../translation';
import { useDuration } from '../hooks/useDuration';

/** How far a deployment is, how long it has run, and how long others took. */
export function DeploymentProgress(props: {
  deployment: Deployment;
  view: DeploymentView;
}) {
  const { deployment, view } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const duration = useDuration();
  const now = useNow();
  const id = useId();
  const { createdAt, startedAt, state, expected } = deployment;
  const seconds = (count: number) => duration(count * 1000);
  const { progress } = view;
  const elapsed = duration(now - Date.parse(startedAt ?? createdAt));
  return (
    <div>
      <Text as="p" variant="body-small" id={id}>
        {progress
          ? t('operation.step', {
              index: `${progress.index}`,
              total: `${progress.count}`,
              stage: progress.stage,
            })
          : t(`deployment.state.${state}`)}
      </Text>
      <progress
        className={cardStyles.progress}
        aria-labelledby={id}
        value={progress?.index}
        max={progress?.count}
      />
      <Text as="p" variant="body-small" className={cardStyles.secondary}>
        {t(startedAt ? 'deployment.elapsed' : 'deployment.waiting', {
          duration: elapsed,
        })}
        {expected?.stage && (
          <>
            {' · '}
            {t('deployment.expectedStage', {
              typical: seconds(expected.stage.p50Seconds),
              slow: seconds(expected.stage.p95Seconds),
            })}
          </>
        )}
        {expected?.total && (
          <>
            {' · '}
            {t('deployment.expected', {
              typical: seconds(expected.total.p50Seconds),
              slow: seconds(expected.total.p95Seconds),
            })}
          </>
        )}
      </Text>
    </div>
  );
}
