import type { StatusReport } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { useId } from 'react';
import { vertexAiTranslationRef } from '../translation';
import styles from './VertexAiCard.module.css';

/** The progress of a running deployment, by Google's own stages. */
export function OperationProgress(props: {
  operation: NonNullable<StatusReport['operation']>;
}) {
  const { stage, stageIndex, stageCount } = props.operation;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const id = useId();
  return (
    <div>
      <Text as="p" variant="body-small" id={id}>
        {stage && stageIndex
          ? t('operation.step', {
              index: `${stageIndex}`,
              total: `${stageCount}`,
              stage,
            })
          : (stage ?? t('operation.started'))}
      </Text>
      <progress
        className={styles.progress}
        aria-labelledby={id}
        value={stageIndex}
        max={stageCount}
      />
    </div>
  );
}
