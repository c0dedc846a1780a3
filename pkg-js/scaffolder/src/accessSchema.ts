import type { TemplateActionOptions } from '@backstage/plugin-scaffolder-node';
import { accessInputHelp as help } from './accessRequest';

/** The `z` that the scaffolder hands to schemas. */
type Zod = Parameters<
  NonNullable<NonNullable<TemplateActionOptions['schema']>['input']>[string]
>[0];

/** The input of every action about access. The scaffolder checks the types, the core reads the values. */
export const accessInputSchema = {
  entityRef: (z: Zod) => z.string().optional().describe(help.entityRef),
  text: (z: Zod) => z.string().optional().describe(help.text),
  path: (z: Zod) => z.string().optional().describe(help.path),
  environment: (z: Zod) => z.string().optional().describe(help.environment),
  modelVersion: (z: Zod) => z.string().optional().describe(help.modelVersion),
  principal: (z: Zod) => z.string().describe(help.principal),
  expiresAt: (z: Zod) => z.string().optional().describe(help.expiresAt),
  days: (z: Zod) => z.number().optional().describe(help.days),
  delivery: (z: Zod) =>
    z.enum(['policy', 'pam']).optional().describe(help.delivery),
  approvers: (z: Zod) =>
    z.array(z.string()).optional().describe(help.approvers),
  justification: (z: Zod) => z.string().optional().describe(help.justification),
  found: (z: Zod) =>
    z
      .object({
        model: z.boolean().optional(),
        endpoint: z.boolean().optional(),
        deployment: z.boolean().optional(),
      })
      .optional()
      .describe(help.found),
  projectNumber: (z: Zod) => z.string().optional().describe(help.projectNumber),
  artifactProject: (z: Zod) =>
    z.string().optional().describe(help.artifactProject),
  methods: (z: Zod) => z.array(z.string()).optional().describe(help.methods),
  unsupportedPermissions: (z: Zod) =>
    z.array(z.string()).optional().describe(help.unsupportedPermissions),
  accountPowers: (z: Zod) =>
    z
      .object({
        roles: z.array(z.string()).optional(),
        permissions: z.array(z.string()).optional(),
      })
      .optional()
      .describe(help.accountPowers),
};
