import type {
  DeploymentExpectation,
  DeploymentView,
} from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { useId } from 'react';
import cardStyles from '../components/VertexAiCard.module.css';
import type { Deployment } from '../deployments/deployment';
import { useNow } from '../hooks/useNow';
import { vertexAiTranslationRef } from '../translation';
import { useDuration } from './useDuration';

/** How far a deployment is, how long it has run, and how long others took. */
export function DeploymentProgress(props: {
  deployment: Deployment;
  view: DeploymentView;
  expectation?: DeploymentExpectation;
}) {
  const { deployment, view, expectation } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const duration = useDuration();
  const now = useNow();
  const id = useId();
  const { createdAt, startedAt, stage, state } = deployment;
  const { progress } = view;
  const elapsed = duration(now - Date.parse(startedAt ?? createdAt));
  return (
    <div>
      <Text as="p" variant="body-small" id={id}>
        {progress && stage
          ? t('operation.step', {
              index: `${progress.index}`,
              total: `${progress.count}`,
              stage: stage.name,
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
        {expectation && (
          <>
            {' · '}
            {t('deployment.expected', {
              typical: duration(expectation.typical),
              slow: duration(expectation.slow),
            })}
          </>
        )}
      </Text>
    </div>
  );
}
