import type { ChangeRequest, RuleSettings } from '@backstage-vertex-ai/core';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  changeSchema,
  deploySchema,
  historySchema,
  readChange,
} from '../../changeInput';
import type { Core } from '../../core';
import {
  deploymentInputHelp,
  planAndLog,
  readDeploymentRequest,
} from '../../deploymentRequest';
import {
  followDeployment,
  planByBackend,
} from '../modelDeploy/followDeployment';
import { examples } from './examples';

type Kind = keyof typeof examples;

interface Options {
  auth: AuthService;
  catalog: CatalogService;
  discovery: DiscoveryService;
  loadCore(): Promise<Core>;
  rules?: RuleSettings;
  /** Before a request to the backend is repeated, in milliseconds. */
  pauseMillis?: number;
}

const { deployedModelId, all, deleteEndpoint } = changeSchema;
const { traffic, minReplicas, maxReplicas } = changeSchema;
const { deployment, from } = historySchema;
const { setAlias, removePreviousAfterMinutes } = deploySchema;

type Input = Partial<
  typeof changeSchema & typeof deploySchema & typeof historySchema
>;

/** Plans a change that does not depend on the history. */
async function planByCore(
  ctx: Parameters<typeof planByBackend>[0],
  options: Options,
  change: ChangeRequest,
) {
  const core = await options.loadCore();
  const request = await readDeploymentRequest(ctx, options);
  return planAndLog(core, { ...request, ...change }, ctx.logger);
}

/** The actions by kind: what each does, and its inputs beside the entity's. */
const ACTIONS = {
  undeploy: {
    description:
      'Removes one deployed model of the entity from its endpoint, or all of them, and the endpoint on confirmation by its id. The other models receive the traffic first. What was removed cannot be restored.',
    input: { deployedModelId, all, deleteEndpoint },
    plans: planByCore,
  },
  traffic: {
    description:
      'Changes the share of the traffic that one deployed model receives. The others share the rest in their present proportion. A failed or cancelled change is rolled back.',
    input: { deployedModelId, traffic },
    plans: planByCore,
  },
  scale: {
    description:
      'Changes the number of replicas of one deployed model, in place. A failed or cancelled change is rolled back.',
    input: { deployedModelId, minReplicas, maxReplicas },
    plans: planByCore,
  },
  rollback: {
    description:
      'Returns to a former deployment of the entity: its annotations, the model version that it reached, and all traffic. A model that is still deployed only receives the traffic again.',
    input: { deployment, setAlias },
    plans: planByBackend,
  },
  promote: {
    description:
      'Deploys in an environment the model version that another environment of the entity deployed last.',
    input: { from, setAlias, removePreviousAfterMinutes },
    plans: planByBackend,
  },
} satisfies Record<
  Kind,
  { description: string; input: Input; plans: typeof planByCore }
>;

/** `vertex:deployment:{undeploy,traffic,scale,rollback,promote}`: starts a change in the backend plugin, and follows it. */
export function createDeploymentChangeAction(kind: Kind, options: Options) {
  const { description, input, plans } = ACTIONS[kind];
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
        ...(input as Input),
      },
      output: {
        deploymentId: z =>
          z
            .string()
            .optional()
            .describe('The id of the change; absent in a dry run'),
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
        const { plan, explanation } = await plans(ctx, options, change);
        ctx.output('explanation', explanation);
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
