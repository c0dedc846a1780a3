import type {
  DeploymentRequest,
  PlanReport,
  RuleSettings,
} from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Core } from './core';
import {
  entityInputHelp,
  readEntitySource,
  type EntityInput,
  type SourceContext,
} from './entitySource';
import { describeFindings, logFindings } from './findings';
import { TaskError } from './taskError';

/** Input of the actions that plan and deploy. */
export type DeploymentInput = EntityInput & {
  environment?: string;
  modelVersion?: string;
};

/** Descriptions for the actions' schemas. */
export const deploymentInputHelp = {
  ...entityInputHelp,
  environment:
    'An environment of the entity. Annotations that end in a full stop and this name are read before the plain ones.',
  modelVersion:
    'A version or an alias, in place of the one in the annotation google.com/vertex-ai-model',
};

/** Builds the core's request from an action's input. */
export async function readDeploymentRequest(
  ctx: SourceContext<DeploymentInput>,
  options: { catalog: CatalogService; rules?: RuleSettings },
): Promise<DeploymentRequest> {
  const { environment, modelVersion } = ctx.input;
  const source = await readEntitySource(ctx, options.catalog);
  return { source, environment, modelVersion, rules: options.rules };
}

/**
 * Plans a deployment and logs a summary of the plan.
 *
 * @throws TaskError with all findings when no plan is possible
 */
export function planAndLog(
  core: Core,
  request: DeploymentRequest,
  logger: LoggerService,
): PlanReport & Required<Pick<PlanReport, 'plan'>> {
  const report = core.plan(request);
  const { plan, summary, diagnostics } = report;
  logFindings(logger, diagnostics);
  if (!plan) {
    throw TaskError.input(
      'No deployment is possible',
      describeFindings(diagnostics),
    );
  }
  logger.info(summary);
  return { ...report, plan };
}
