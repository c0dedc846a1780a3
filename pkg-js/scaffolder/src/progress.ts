import type { Progress } from '@backstage-vertex-ai/core/server';

/** One line of the task log, e.g. `[4/10] Adding nodes to the cluster (ADDING_NODES_TO_CLUSTER)`. */
export function renderProgress(progress: Progress): string {
  const { message, stage, stageIndex, stageCount } = progress;
  return stage ? `[${stageIndex}/${stageCount}] ${message} (${stage})` : message;
}
