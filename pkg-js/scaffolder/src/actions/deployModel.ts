import type { AuthService, DiscoveryService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { deploy, plan } from '@backstage-vertex-ai/core/server';
import { logFindings, renderFindings } from '../findings';
import { createProxyFetch } from '../proxyFetch';
import { readSource } from '../source';
import { examples } from './deployModel.examples';
import { renderProgress } from '../progress';
import { deploymentSchema } from './schema';

/** `vertex:model:deploy`: deploys a model version to an endpoint and waits until Google says that it serves. */
export function createDeployModelAction(options: {
  auth: AuthService;
  catalog: Pick<CatalogService, 'getEntityByRef'>;
  discovery: DiscoveryService;
}) {
  const { auth, catalog, discovery } = options;
  return createTemplateAction({
    id: 'vertex:model:deploy',
    description:
      'Deploys a model to a Vertex AI endpoint, with the rights of the user who started the task. Safe to run again',
    examples,
    supportsDryRun: true,
    schema: {
      input: deploymentSchema,
      output: {
        endpoint: z =>
          z.string({ description: 'The resource name of the endpoint' }),
        deployedModelId: z =>
          z.string({ description: 'The id of the deployed model' }),
        operation: z =>
          z
            .string({
              description:
                'The operation that deployed it; absent when it was already there',
            })
            .optional(),
        consoleUrl: z =>
          z.string({ description: 'The endpoint in Google’s console' }),
        model: z =>
          z.string({ description: 'The resource name of the model, with its version' }),
      },
    },
    async handler(ctx) {
      const { environment, modelVersion, ...input } = ctx.input;
      const source = await readSource(input, ctx, catalog);
      const request = { source, environment, modelVersion };

      if (ctx.isDryRun) {
        const report = plan(request);
        logFindings(ctx.logger, report.diagnostics);
        if (!report.plan) {
          throw new InputError(renderFindings(report.diagnostics));
        }
        ctx.logger.info(report.explanation);
        ctx.output('endpoint', report.plan.endpoint);
        ctx.output('model', report.plan.target.model);
        ctx.output('deployedModelId', report.plan.deployedModelId ?? '');
        return;
      }

      const proxyUrl = `${await discovery.getBaseUrl('proxy')}/vertex-ai`;
      const report = await deploy(
        { ...request, proxyUrl, reason: `scaffolder task ${ctx.task.id}` },
        {
          fetch: createProxyFetch(auth, await ctx.getInitiatorCredentials()),
          signal: ctx.signal,
          onProgress: progress => ctx.logger.info(renderProgress(progress)),
        },
      );
      logFindings(ctx.logger, report.diagnostics);
      if (report.outputs) {
        for (const [name, value] of Object.entries(report.outputs)) {
          ctx.output(name as keyof typeof report.outputs, value);
        }
        return;
      }
      const lines = [
        `The deployment ${report.outcome === 'cancelled' ? 'was cancelled' : 'failed'}:`,
        renderFindings(report.diagnostics),
        ...report.undone.map(what => `taken back: ${what}`),
        ...report.notUndone.map(what => `left behind: ${what}`),
      ];
      throw new Error(lines.join('\n'));
    },
  });
}
