import { InputError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { plan } from '@backstage-vertex-ai/core/server';
import { logFindings, renderFindings } from '../findings';
import { readSource } from '../source';
import { examples } from './planDeployment.examples';
import { deploymentSchema } from './schema';

/** `vertex:deployment:plan`: what a deployment would do, and which rights that takes. Calls nothing. */
export function createPlanDeploymentAction(options: {
  catalog: Pick<CatalogService, 'getEntityByRef'>;
}) {
  return createTemplateAction({
    id: 'vertex:deployment:plan',
    description:
      'Plans the deployment of a model to Vertex AI: which calls, which permissions. Nothing is called',
    examples,
    supportsDryRun: true,
    schema: {
      input: deploymentSchema,
      output: {
        plan: z =>
          z.record(z.any(), { description: 'The plan: steps, calls, permissions' }),
        explanation: z => z.string({ description: 'The plan in Markdown' }),
        permissions: z =>
          z.array(z.record(z.any()), {
            description: 'Each permission, on which resource, for which calls',
          }),
        endpoint: z =>
          z.string({ description: 'The resource name of the endpoint' }),
        deployedModelId: z =>
          z
            .string({
              description:
                'The id that the deployed model will have; absent while its version is not known',
            })
            .optional(),
      },
    },
    async handler(ctx) {
      const { environment, modelVersion, ...input } = ctx.input;
      const source = await readSource(input, ctx, options.catalog);
      const report = plan({ source, environment, modelVersion });
      logFindings(ctx.logger, report.diagnostics);
      if (!report.plan) {
        throw new InputError(
          `There is nothing to plan:\n${renderFindings(report.diagnostics)}`,
        );
      }
      ctx.logger.info(report.explanation);
      ctx.output('plan', report.plan);
      ctx.output('explanation', report.explanation);
      ctx.output('permissions', report.plan.permissions);
      ctx.output('endpoint', report.plan.endpoint);
      ctx.output('deployedModelId', report.plan.deployedModelId);
    },
  });
}
