import type { StatusReport } from '@backstage-vertex-ai/core';
import { Text } from '@backstage/ui';
import { useId } from 'react';
import styles from './VertexAiCard.module.css';

/** How far a running deployment is, by Google's own stages. */
export function OperationProgress(props: {
  operation: NonNullable<StatusReport['operation']>;
}) {
  const { stage, stageIndex, stageCount } = props.operation;
  const id = useId();
  return (
    <div>
      <Text as="p" variant="body-small" id={id}>
        {stageIndex
          ? `Step ${stageIndex} of ${stageCount}: ${stage}`
          : (stage ?? 'The deployment has begun')}
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
