import type { DeployReport } from '@backstage-vertex-ai/core/server';
import { describeFindings } from '../../findings';
import { TaskError } from '../../taskError';

const headlines = {
  succeeded: 'The model is deployed',
  failed: 'The deployment failed',
  cancelled: 'The deployment was cancelled',
};

/** The error of a run without result: each finding, what was rolled back, and what was not. */
export function describeFailure(report: DeployReport): TaskError {
  const { outcome, diagnostics, undone, notUndone } = report;
  return new TaskError(headlines[outcome], [
    ...describeFindings(diagnostics),
    ...undone.map(resource => `Rolled back: ${resource}`),
    ...notUndone.map(resource => `Not rolled back: ${resource}`),
  ]);
}
