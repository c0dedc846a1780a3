import type { DeploymentTone } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { DeploymentState } from '../deployments/deployment';
import { vertexAiTranslationRef } from '../translation';
import styles from './page.module.css';

/** A sign beside each word, so that colour is never the only difference. */
const SIGNS: Record<DeploymentTone, string> = {
  running: '◐',
  success: '✓',
  neutral: '⊘',
  warning: '⚠',
  danger: '✕',
};

/** The state of a deployment as a sign and a word. */
export function Outcome(props: {
  state: DeploymentState;
  tone: DeploymentTone;
}) {
  const { state, tone } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <span className={styles.outcome} data-tone={tone}>
      <span aria-hidden="true">{SIGNS[tone]}</span>{' '}
      {t(`deployment.state.${state}`)}
    </span>
  );
}
