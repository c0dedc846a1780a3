import type { Deployment } from '@backstage-vertex-ai/core/server';
import type { Core } from '../../core';
import { describeFindings } from '../../findings';
import { TaskError } from '../../taskError';

const headlines: Record<string, string> = {
  failed: 'The deployment failed',
  cancelled: 'The deployment was cancelled',
};

/** A link to the form of the template *Request access*, in Markdown, filled in. */
function requestAccess({ entityRef, environment }: Deployment): string {
  const data = encodeURIComponent(JSON.stringify({ entityRef, environment }));
  return `[Request access](/create/templates/default/request-access?formData=${data})`;
}

/** The error of a deployment without result: each finding, what was rolled back, what was not, and how to get missing access. */
export function describeFailure(core: Core, deployment: Deployment): TaskError {
  const { state, diagnostics, undone, notUndone } = deployment;
  const { deployments } = core.deploymentsView({
    deployments: [deployment],
    mayStart: false,
    mayCancel: false,
  });
  const [view] = deployments;
  return new TaskError(headlines[state] ?? `The deployment is ${state}`, [
    ...describeFindings(diagnostics),
    ...undone.map(resource => `Rolled back: ${resource}`),
    ...notUndone.map(resource => `Not rolled back: ${resource}`),
    ...(view.lacksAccess ? [requestAccess(deployment)] : []),
  ]);
}
