import type {
  AccessReport,
  Deployment,
} from '@backstage-vertex-ai/core/server';
import type { Core } from '../../core';
import { describeFindings } from '../../findings';
import { toCode, toItem, toLink, toMarkdown } from '../../markdown';
import { TaskError } from '../../taskError';

const headlines: Record<string, string> = {
  failed: 'The deployment failed',
  cancelled: 'The deployment was cancelled',
};

/** A link to the form of the template *Request access*, in Markdown, filled in. */
function requestAccess(
  { entityRef, environment }: Deployment,
  access?: AccessReport,
): string {
  const form = { entityRef, environment, ...access?.request };
  const data = encodeURIComponent(JSON.stringify(form));
  return toLink(
    'Request access',
    `/create/templates/default/request-access?formData=${data}`,
  );
}

/** All that the user misses, who can grant it, and the form that requests it. */
function describeAccess(
  deployment: Deployment,
  access?: AccessReport,
): string[] {
  const { missing = [], missingInPortal = [], grantors = [] } = access ?? {};
  const lacking = [
    ...missing.flatMap(({ resource, permissions }) =>
      permissions.map(
        ({ permission }) => `${toCode(permission)} on ${toCode(resource)}`,
      ),
    ),
    ...missingInPortal.map(name => `${toCode(name)} in this portal`),
  ];
  return [
    toItem([
      lacking.length > 0
        ? `You miss: ${lacking.join(', ')}`
        : 'You miss a permission',
      requestAccess(deployment, access),
      grantors.length > 0 &&
        `Can grant it: ${grantors.map(({ name }) => toCode(name)).join(', ')}`,
    ]),
  ];
}

/**
 * The error of a deployment without result: each finding, what was rolled back, what was not, and how to get missing access.
 *
 * @param readAccess reads what the user of the task misses; it may fail
 */
export async function describeFailure(
  core: Core,
  deployment: Deployment,
  readAccess: () => Promise<AccessReport | undefined>,
): Promise<TaskError> {
  const { state, undone, notUndone } = deployment;
  const { deployments } = core.deploymentsView({
    deployments: [deployment],
    mayStart: false,
    mayCancel: false,
  });
  const [view] = deployments;
  return new TaskError(headlines[state] ?? `The deployment is ${state}`, [
    ...describeFindings(view.findings),
    ...(view.lacksAccess ? describeAccess(deployment, await readAccess()) : []),
    ...undone.map(resource => `Rolled back: ${toMarkdown(resource)}`),
    ...notUndone.map(resource => `Not rolled back: ${toMarkdown(resource)}`),
  ]);
}
