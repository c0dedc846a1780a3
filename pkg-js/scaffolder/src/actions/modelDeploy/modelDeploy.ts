import type { RuleSettings } from '@backstage-vertex-ai/core';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { deploySchema, readChange } from '../../changeInput';
import type { Core } from '../../core';
import {
  deploymentInputHelp,
  planAndLog,
  readDeploymentRequest,
} from '../../deploymentRequest';
import { examples } from './examples';
import { followDeployment } from './followDeployment';

/**
 * `vertex:deployment:start`: starts a deployment of the backend plugin and follows it. `vertex:model:deploy` is its older name.
 */
export function createModelDeployAction(
  options: {
    auth: AuthService;
    catalog: CatalogService;
    discovery: DiscoveryService;
    loadCore(): Promise<Core>;
    rules?: RuleSettings;
    /** Before a request to the backend is repeated, in milliseconds. */
    pauseMillis?: number;
  },
  id: 'vertex:deployment:start' | 'vertex:model:deploy' = 'vertex:model:deploy',
) {
  return createTemplateAction({
    id,
    description:
      'Deploys the model that the annotations of an entity describe to its Vertex AI endpoint, and creates the endpoint when it is missing. The deployment outlasts a restart of the portal and the session of its user. A failed or cancelled one is rolled back.',
    examples: examples.map(({ description, example }) => ({
      description,
      example: example.replace('vertex:model:deploy', id),
    })),
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
        wait: z =>
          z
            .boolean()
            .optional()
            .describe(
              'Whether the step ends with the deployment (default), or as soon as the deployment has started',
            ),
        ...deploySchema,
      },
      output: {
        deploymentId: z =>
          z
            .string()
            .optional()
            .describe('The id of the deployment; absent in a dry run'),
        explanation: z =>
          z.string().optional().describe('In a dry run: the plan in Markdown'),
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
              'The id below the endpoint; absent before the end of the deployment while the version of the model is unknown',
            ),
        model: z =>
          z
            .string()
            .describe(
              'projects/{project}/locations/{location}/models/{model}@{version}',
            ),
        operation: z =>
          z
            .string()
            .optional()
            .describe(
              "The name of Google's operation; absent in a dry run, and when the model was deployed already",
            ),
        consoleUrl: z =>
          z
            .string()
            .optional()
            .describe(
              "The endpoint in Google's console; absent before the end of the deployment",
            ),
      },
    },
    async handler(ctx) {
      if (ctx.isDryRun) {
        const core = await options.loadCore();
        const request = await readDeploymentRequest(ctx, options);
        const { plan, explanation } = planAndLog(
          core,
          { ...request, ...readChange(ctx.input) },
          ctx.logger,
        );
        ctx.output('explanation', explanation);
        ctx.output('endpoint', plan.endpoint);
        ctx.output('deployedModelId', plan.deployedModelId);
        ctx.output('model', plan.target.model);
        return;
      }

      const deployment = await followDeployment(
        ctx,
        options,
        readChange(ctx.input),
      );
      ctx.output('deploymentId', deployment.id);
      ctx.output('endpoint', deployment.endpoint);
      ctx.output('deployedModelId', deployment.deployedModelId);
      ctx.output('model', deployment.model);
      ctx.output('operation', deployment.operation);
      ctx.output('consoleUrl', deployment.consoleUrl);
    },
  });
}
