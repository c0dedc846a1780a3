import type { Progress } from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';

const logLevel = {
  step: 'info',
  stage: 'info',
  wait: 'info',
  retry: 'warn',
  undo: 'warn',
  done: 'info',
} as const;

/** Formats a line of the log: a stage as `[4/10] ADDING_NODES_TO_CLUSTER Adding nodes to the cluster`, else the message. */
export function describeProgress(progress: Progress): string {
  const { stage, stageIndex, stageCount, message } = progress;
  return stageIndex
    ? `[${stageIndex}/${stageCount}] ${stage} ${message}`
    : message;
}

/** Returns a listener that writes a run's progress to the task's log. */
export const logProgress = (logger: LoggerService) => (progress: Progress) =>
  logger[logLevel[progress.kind]](describeProgress(progress));
