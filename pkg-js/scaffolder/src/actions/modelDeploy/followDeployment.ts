import type {
  ChangeRequest,
  Deployment,
  PlanReport,
  PreflightReport,
  RuleSettings,
  StartRequest,
} from '@backstage-vertex-ai/core/server';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import { createHash, randomUUID } from 'node:crypto';
import type { Core } from '../../core';
import type { DeploymentInput } from '../../deploymentRequest';
import { DeploymentsClient } from '../../deploymentsClient';
import { readFromWorkspace, requireOneSource } from '../../entitySource';
import { logFindings } from '../../findings';
import { logProgress } from '../../progressLog';
import { TaskError } from '../../taskError';
import { describeFailure } from './describeFailure';
import { readAccess } from './readAccess';

type Context = ActionContext<DeploymentInput & { wait?: boolean }>;

/**
 * Names a step of a task: the same after a restart of the portal, and another one for each round of a loop. The backend cancels what runs
 * under the name of a step that waits when the step's task is cancelled.
 */
function nameStep({ task, step, each, input }: Context): string {
  const part = JSON.stringify([step?.id, each]);
  const hash = createHash('sha256').update(part).digest('hex').slice(0, 16);
  const waits = input.wait !== false;
  return `scaffolder-${waits ? '' : 'started-'}${task.id}-${hash}`;
}

async function readWish(
  ctx: Context,
  change: ChangeRequest,
): Promise<StartRequest> {
  requireOneSource(ctx.input);
  const { entityRef, text, path, environment, modelVersion } = ctx.input;
  const source =
    path === undefined ? {} : await readFromWorkspace(path, ctx.workspacePath);
  return { entityRef, text, ...source, environment, modelVersion, ...change };
}

/**
 * Starts the deployment of a step, or another change, and follows it to its end; with `wait: false` only starts it.
 *
 * A step that runs again after a restart of the portal finds its deployment. A task that its user retries after a failure starts another.
 *
 * @throws TaskError when the deployment fails or is cancelled
 */
export async function followDeployment(
  ctx: Context,
  options: {
    auth: AuthService;
    catalog: CatalogService;
    discovery: DiscoveryService;
    loadCore(): Promise<Core>;
    rules?: RuleSettings;
    pauseMillis?: number;
  },
  change: ChangeRequest = {},
): Promise<Deployment> {
  const wish = await readWish(ctx, change);
  const step = nameStep(ctx);
  const visit = randomUUID();
  for (let attempt = 1; ; attempt += 1) {
    const key = `${step}-${attempt}`;
    const client = new DeploymentsClient({
      ...options,
      key,
      logger: ctx.logger,
    });
    const deployment = await begin(ctx, client, wish, key);
    if (ctx.input.wait === false) return deployment;
    const result = await follow(ctx, client, deployment.id);
    if (result.state === 'succeeded') return result;
    // The first visit that sees the failure reports it; a later one is a retry.
    const reported = await ctx.checkpoint({
      key: `${key}-failed`,
      fn: async () => visit,
    });
    if (reported === visit) {
      const core = await options.loadCore();
      throw await describeFailure(core, result, () =>
        readAccess(ctx, options, result),
      );
    }
  }
}

/** Plans the deployment of a step by the backend, which knows the history. */
export async function planByBackend(
  ctx: Context,
  options: {
    auth: AuthService;
    discovery: DiscoveryService;
    pauseMillis?: number;
  },
  change: ChangeRequest,
): Promise<PlanReport & Required<Pick<PlanReport, 'plan'>>> {
  const client = new DeploymentsClient({
    ...options,
    key: nameStep(ctx),
    logger: ctx.logger,
  });
  const user = await ctx.getInitiatorCredentials();
  const report = await client.plan(await readWish(ctx, change), user);
  logFindings(ctx.logger, report.diagnostics);
  ctx.logger.info(report.summary);
  return report;
}

/** Checks by the backend whether the deployment of a step can succeed. */
export async function checkByBackend(
  ctx: Context,
  options: {
    auth: AuthService;
    discovery: DiscoveryService;
    pauseMillis?: number;
  },
  change: ChangeRequest,
): Promise<PreflightReport> {
  const client = new DeploymentsClient({
    ...options,
    key: nameStep(ctx),
    logger: ctx.logger,
  });
  const user = await ctx.getInitiatorCredentials();
  return client.preflight(await readWish(ctx, change), user);
}

/** Starts a deployment, or returns the one that was started before a restart. */
async function begin(
  ctx: Context,
  client: DeploymentsClient,
  wish: StartRequest,
  key: string,
): Promise<Deployment> {
  if (ctx.signal?.aborted) {
    throw new TaskError('The deployment was cancelled before it started');
  }
  // The answer of a start is awaited also when the task is cancelled: then its deployment is known and is cancelled.
  const text = await ctx.checkpoint({
    key: `${key}-started`,
    fn: async () => {
      const user = await ctx.getInitiatorCredentials();
      const started = await client.start(wish, user);
      ctx.logger.info(`Deployment ${started.id} has started`);
      return JSON.stringify(started);
    },
  });
  return JSON.parse(text);
}

async function follow(
  ctx: Context,
  client: DeploymentsClient,
  id: string,
): Promise<Deployment> {
  const { logger, signal } = ctx;
  const cancel = () => {
    client
      .cancel(id)
      .catch(error =>
        logger.error(`The deployment cannot be cancelled: ${error.message}`),
      );
  };
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel);
  try {
    return await client.follow(id, logProgress(logger));
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
