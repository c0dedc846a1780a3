import type { ChangeRequest, RuleSettings } from '@backstage-vertex-ai/core';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { changeSchema, readChange } from '../../changeInput';
import type { Core } from '../../core';
import {
  deploymentInputHelp,
  planAndLog,
  readDeploymentRequest,
} from '../../deploymentRequest';
import { followDeployment } from '../modelDeploy/followDeployment';
import { examples } from './examples';

type Kind = 'undeploy' | 'traffic' | 'scale';

const { deployedModelId, all, deleteEndpoint } = changeSchema;
const { traffic, minReplicas, maxReplicas } = changeSchema;

/** The actions by kind: what each does, and its inputs beside the entity's. */
const ACTIONS = {
  undeploy: {
    description:
      'Removes one deployed model of the entity from its endpoint, or all of them, and the endpoint on confirmation by its id. The other models receive the traffic first. What was removed cannot be restored.',
    input: { deployedModelId, all, deleteEndpoint },
  },
  traffic: {
    description:
      'Changes the share of the traffic that one deployed model receives. The others share the rest in their present proportion. A failed or cancelled change is rolled back.',
    input: { deployedModelId, traffic },
  },
  scale: {
    description:
      'Changes the number of replicas of one deployed model, in place. A failed or cancelled change is rolled back.',
    input: { deployedModelId, minReplicas, maxReplicas },
  },
} as const;

/** `vertex:deployment:{undeploy,traffic,scale}`: starts a change of what is deployed in the backend plugin, and follows it. */
export function createDeploymentChangeAction(
  kind: Kind,
  options: {
    auth: AuthService;
    catalog: CatalogService;
    discovery: DiscoveryService;
    loadCore(): Promise<Core>;
    rules?: RuleSettings;
    /** Before a request to the backend is repeated, in milliseconds. */
    pauseMillis?: number;
  },
) {
  const { description, input } = ACTIONS[kind];
  return createTemplateAction({
    id: `vertex:deployment:${kind}`,
    description,
    examples: examples[kind],
    supportsDryRun: true,
    schema: {
      input: {
        entityRef: z =>
          z.string().optional().describe(deploymentInputHelp.entityRef),
        text: z => z.string().optional().describe(deploymentInputHelp.text),
        path: z => z.string().optional().describe(deploymentInputHelp.path),
        environment: z =>
          z.string().optional().describe(deploymentInputHelp.environment),
        wait: z =>
          z
            .boolean()
            .optional()
            .describe(
              'Whether the step ends with the change (default), or as soon as the change has started',
            ),
        ...(input as Partial<typeof changeSchema>),
      },
      output: {
        deploymentId: z =>
          z
            .string()
            .optional()
            .describe('The id of the change; absent in a dry run'),
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
            .describe('The id below the endpoint; absent with all'),
        traffic: z =>
          z
            .number()
            .optional()
            .describe(
              'The share of the traffic that it reached, in percent; absent before the end',
            ),
        removed: z =>
          z.array(z.string()).describe('Titles of what was removed'),
        consoleUrl: z =>
          z
            .string()
            .optional()
            .describe(
              "The endpoint in Google's console; absent before the end of the change",
            ),
      },
    },
    async handler(ctx) {
      const change: ChangeRequest = {
        ...readChange(ctx.input as ChangeRequest),
        kind,
      };
      if (ctx.isDryRun) {
        const core = await options.loadCore();
        const request = await readDeploymentRequest(ctx, options);
        const { plan } = planAndLog(
          core,
          { ...request, ...change },
          ctx.logger,
        );
        ctx.output('endpoint', plan.endpoint);
        ctx.output('deployedModelId', plan.deployedModelId);
        ctx.output('removed', []);
        return;
      }
      const result = await followDeployment(ctx, options, change);
      ctx.output('deploymentId', result.id);
      ctx.output('endpoint', result.endpoint);
      ctx.output('deployedModelId', result.deployedModelId);
      ctx.output('traffic', result.traffic);
      ctx.output('removed', result.removed ?? []);
      ctx.output('consoleUrl', result.consoleUrl);
    },
  });
}
