import type {
  DeploymentRequest,
  PlanReport,
  RuleSettings,
} from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Core } from './core';
import {
  entityInputHelp,
  readEntitySource,
  type EntityInput,
  type SourceContext,
} from './entitySource';
import { describeFindings, logFindings } from './findings';

/** What the actions that plan and deploy are given. */
export type DeploymentInput = EntityInput & {
  environment?: string;
  modelVersion?: string;
};

/** What each of it means, for the actions' schemas. */
export const deploymentInputHelp = {
  ...entityInputHelp,
  environment:
    'Reads google.com/vertex-ai-*.<environment> before the plain annotations',
  modelVersion:
    'A version or an alias; replaces that of the annotation google.com/vertex-ai-model',
};

/** The core's request for an action's input. */
export async function readDeploymentRequest(
  ctx: SourceContext<DeploymentInput>,
  options: { catalog: CatalogService; rules?: RuleSettings },
): Promise<DeploymentRequest> {
  const { environment, modelVersion } = ctx.input;
  const source = await readEntitySource(ctx, options.catalog);
  return { source, environment, modelVersion, rules: options.rules };
}

/**
 * Plans, and shows the plan in the task's log.
 *
 * @throws InputError with all findings where there can be no plan
 */
export function planAndLog(
  core: Core,
  request: DeploymentRequest,
  logger: LoggerService,
): Required<PlanReport> {
  const { plan, summary, explanation, diagnostics } = core.plan(request);
  logFindings(logger, diagnostics);
  if (!plan) {
    throw new InputError(
      `There can be no deployment:\n${describeFindings(diagnostics)}`,
    );
  }
  logger.info(explanation);
  return { plan, summary, explanation, diagnostics };
}
