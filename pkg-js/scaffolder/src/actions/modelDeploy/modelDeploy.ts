import type { RuleSettings } from '@backstage-vertex-ai/core';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { Core } from '../../core';
import {
  deploymentInputHelp,
  planAndLog,
  readDeploymentRequest,
} from '../../deploymentRequest';
import { createProxyHost } from '../../proxyHost';
import { describeFailure } from './describeFailure';
import { examples } from './examples';

/** `vertex:model:deploy`: deploys a model and ends when Google's operation ends. */
export function createModelDeployAction(options: {
  auth: AuthService;
  catalog: CatalogService;
  discovery: DiscoveryService;
  loadCore(): Promise<Core>;
  rules?: RuleSettings;
}) {
  return createTemplateAction({
    id: 'vertex:model:deploy',
    description:
      'Deploys the model that the annotations of an entity describe to its Vertex AI endpoint, and creates the endpoint when it is missing. A second run finds the first deployment. A failed or cancelled run is rolled back.',
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
      },
      output: {
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
              'The id below the endpoint; absent in a dry run while the version of the model is unknown',
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
            .describe("The endpoint in Google's console; absent in a dry run"),
      },
    },
    async handler(ctx) {
      const core = await options.loadCore();
      const request = await readDeploymentRequest(ctx, options);

      if (ctx.isDryRun) {
        const { plan } = planAndLog(core, request, ctx.logger);
        ctx.output('endpoint', plan.endpoint);
        ctx.output('deployedModelId', plan.deployedModelId);
        ctx.output('model', plan.target.model);
        return;
      }

      const { proxyUrl, reason, host } = await createProxyHost(ctx, options);
      const report = await core.deploy({ ...request, proxyUrl, reason }, host);
      if (!report.outputs) {
        throw describeFailure(report);
      }
      const { endpoint, deployedModelId, model, operation, consoleUrl } =
        report.outputs;
      ctx.output('endpoint', endpoint);
      ctx.output('deployedModelId', deployedModelId);
      ctx.output('model', model);
      ctx.output('operation', operation);
      ctx.output('consoleUrl', consoleUrl);
    },
  });
}
