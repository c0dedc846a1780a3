import type { RuleSettings } from '@backstage-vertex-ai/core';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonArray, JsonObject } from '@backstage/types';
import { planAccessAndLog, readAccessRequest } from '../../accessRequest';
import { accessInputSchema } from '../../accessSchema';
import type { Core } from '../../core';
import { examples } from './examples';

/** `vertex:iam:plan`: plans the access request for a deployment and calls nothing. */
export function createIamPlanAction(options: {
  catalog: CatalogService;
  loadCore(): Promise<Core>;
  rules?: RuleSettings;
}) {
  return createTemplateAction({
    id: 'vertex:iam:plan',
    description:
      'Plans the access request with the fewest Google permissions for the deployment of an entity: reasons, risks, and files for every way to grant it. Calls nothing.',
    examples,
    supportsDryRun: true,
    schema: {
      input: accessInputSchema,
      output: {
        request: z =>
          z.object({}).passthrough().describe('The access request as data'),
        renderings: z =>
          z
            .record(z.string())
            .describe(
              'Files by name: custom roles, bindings.json, roles.tf, main.tf, gcloud.sh, access-request.md; revoke.sh for grants that do not expire by themselves; for pam also pam-entitlement.json and pam-grant.json',
            ),
        explanation: z =>
          z
            .string()
            .describe('The access request in Markdown, for its approver'),
        risks: z =>
          z
            .array(z.any())
            .describe(
              'Risks of the access: level, permissions, effect, account, mitigation',
            ),
        permissions: z =>
          z
            .array(z.string())
            .describe('The permissions that the principal receives'),
        expiresAt: z =>
          z
            .string()
            .optional()
            .describe('The expiry; absent when the access does not expire'),
      },
    },
    async handler(ctx) {
      const core = await options.loadCore();
      const asked = await readAccessRequest(ctx, options);
      const { request, renderings, explanation, risks, permissions } =
        planAccessAndLog(core, asked, ctx.logger);

      ctx.output('request', request as unknown as JsonObject);
      ctx.output('renderings', renderings);
      ctx.output('explanation', explanation);
      ctx.output('risks', risks as unknown as JsonArray);
      ctx.output('permissions', permissions);
      ctx.output('expiresAt', request.expiresAt);
    },
  });
}
