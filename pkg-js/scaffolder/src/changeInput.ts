import type { ChangeRequest } from '@backstage-vertex-ai/core/server';
import type { TemplateActionOptions } from '@backstage/plugin-scaffolder-node';

/** The `z` that the scaffolder hands to schemas. */
type Zod = Parameters<
  NonNullable<NonNullable<TemplateActionOptions['schema']>['input']>[string]
>[0];

/** The kind of a deployment and its options, as the core reads them. */
export const changeSchema = {
  kind: (z: Zod) =>
    z
      .enum(['deploy', 'undeploy', 'traffic', 'scale'])
      .optional()
      .describe('What is planned; "deploy" by default'),
  deployedModelId: (z: Zod) =>
    z
      .string()
      .optional()
      .describe(
        'The id of a deployed model, as the page of the entity shows it',
      ),
  all: (z: Zod) =>
    z
      .boolean()
      .optional()
      .describe(
        "Every deployed model of the entity's model, in place of deployedModelId",
      ),
  deleteEndpoint: (z: Zod) =>
    z
      .string()
      .optional()
      .describe(
        "The endpoint's id, which confirms that the endpoint is deleted, too",
      ),
  traffic: (z: Zod) =>
    z
      .number()
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe('The share of the traffic, in percent'),
  minReplicas: (z: Zod) =>
    z.number().int().min(1).optional().describe('Minimum number of replicas'),
  maxReplicas: (z: Zod) =>
    z.number().int().min(1).optional().describe('Maximum number of replicas'),
};

/** Options of deployments. */
export const deploySchema = {
  newVersion: (z: Zod) =>
    z
      .boolean()
      .optional()
      .describe(
        'Whether a new version is uploaded although one with the same content exists',
      ),
  setAlias: (z: Zod) =>
    z
      .string()
      .optional()
      .describe('An alias of the model that names the version once it serves'),
  removePreviousAfterMinutes: (z: Zod) =>
    z
      .number()
      .int()
      .min(0)
      .max(720)
      .optional()
      .describe(
        "How many minutes after the model serves the entity's previous deployed models without traffic are undeployed; they are kept without it",
      ),
};

/** Options of the kinds that take their version from the history, which only the backend knows. */
export const historySchema = {
  deployment: (z: Zod) =>
    z
      .string()
      .optional()
      .describe(
        'The id of a former deployment, as the history of the entity shows it',
      ),
  from: (z: Zod) =>
    z
      .string()
      .optional()
      .describe(
        'The environment whose version is deployed; without it, the plain annotations',
      ),
};

/** Takes the kind and its options out of an action's input. */
export function readChange(input: ChangeRequest): ChangeRequest {
  const names = Object.keys({
    ...changeSchema,
    ...deploySchema,
    ...historySchema,
  });
  return Object.fromEntries(
    names.map(name => [name, input[name as keyof ChangeRequest]]),
  );
}
