import type { Deployment } from '../../deploymentsClient';
import { describeFindings } from '../../findings';
import { TaskError } from '../../taskError';

const headlines: Record<string, string> = {
  failed: 'The deployment failed',
  cancelled: 'The deployment was cancelled',
};

/** The error of a deployment without result: each finding, what was rolled back, and what was not. */
export function describeFailure(deployment: Deployment): TaskError {
  const { state, diagnostics, undone, notUndone } = deployment;
  return new TaskError(headlines[state] ?? `The deployment is ${state}`, [
    ...describeFindings(diagnostics),
    ...undone.map(resource => `Rolled back: ${resource}`),
    ...notUndone.map(resource => `Not rolled back: ${resource}`),
  ]);
}
