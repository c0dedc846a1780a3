import type { z as zod } from 'zod/v3';

type Z = typeof zod;

/** Inputs that say which entity, for all actions. */
export const sourceSchema = {
  entityRef: (z: Z) =>
    z
      .string({
        description: 'An entity of the catalog, e.g. `component:default/fraud-detector`',
      })
      .optional(),
  path: (z: Z) =>
    z
      .string({ description: 'A catalog-info file in the workspace' })
      .optional(),
  text: (z: Z) =>
    z.string({ description: 'The text of a catalog-info file' }).optional(),
  environment: (z: Z) =>
    z
      .string({
        description:
          'Reads `google.com/vertex-ai-*.<environment>` before the plain annotations',
      })
      .optional(),
};

/** Inputs that say what to deploy. */
export const deploymentSchema = {
  ...sourceSchema,
  modelVersion: (z: Z) =>
    z
      .string({
        description: 'Deploys this version instead of the annotated one',
      })
      .optional(),
};

/** Findings, as outputs have them. */
export const diagnosticsSchema = (z: Z) =>
  z.array(z.record(z.any()), {
    description: 'What was found: code, severity, message, where, help',
  });
