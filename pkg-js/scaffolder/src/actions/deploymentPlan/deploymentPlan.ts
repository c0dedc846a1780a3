import type { RuleSettings } from '@backstage-vertex-ai/core';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import { changeSchema, deploySchema, readChange } from '../../changeInput';
import type { Core } from '../../core';
import {
  deploymentInputHelp,
  planAndLog,
  readDeploymentRequest,
} from '../../deploymentRequest';
import { examples } from './examples';

/** `vertex:deployment:plan`: plans a deployment and calls nothing. */
export function createDeploymentPlanAction(options: {
  catalog: CatalogService;
  loadCore(): Promise<Core>;
  rules?: RuleSettings;
}) {
  return createTemplateAction({
    id: 'vertex:deployment:plan',
    description:
      'Plans the deployment that the annotations of an entity describe, or another change of its endpoint: the calls to Google, their undo, and their permissions. Calls nothing.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        entityRef: z =>
          z.string().optional().describe(deploymentInputHelp.entityRef),
        text: z => z.string().optional().describe(deploymentInputHelp.text),
        path: z => z.string().optional().describe(deploymentInputHelp.path),
        environment: z =>
          z.string().optional().describe(deploymentInputHelp.environment),
        modelVersion: z =>
          z.string().optional().describe(deploymentInputHelp.modelVersion),
        ...changeSchema,
        ...deploySchema,
      },
      output: {
        plan: z => z.object({}).passthrough().describe('The plan as data'),
        explanation: z => z.string().describe('The plan in Markdown'),
        permissions: z =>
          z
            .array(
              z.object({
                permission: z.string(),
                resource: z.string(),
                neededBy: z.array(z.string()),
              }),
            )
            .describe(
              'Each Google permission that the plan needs, its resource, and the methods that need it',
            ),
        endpoint: z =>
          z
            .string()
            .describe(
              'projects/{project}/locations/{location}/endpoints/{endpoint}',
            ),
        deployedModelId: z =>
          z
            .string()
            .optional()
            .describe(
              'Follows from the deployment; absent while the version of the model is unknown',
            ),
      },
    },
    async handler(ctx) {
      const core = await options.loadCore();
      const request = {
        ...(await readDeploymentRequest(ctx, options)),
        ...readChange(ctx.input),
      };
      const { plan, explanation } = planAndLog(core, request, ctx.logger);

      ctx.output('plan', plan as unknown as JsonObject);
      ctx.output('explanation', explanation);
      ctx.output('permissions', plan.permissions);
      ctx.output('endpoint', plan.endpoint);
      ctx.output('deployedModelId', plan.deployedModelId);
    },
  });
}
