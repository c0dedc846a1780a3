import type { RuleSettings } from '@backstage-vertex-ai/core';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonArray, JsonObject } from '@backstage/types';
import {
  permissionsOf,
  planAccessAndLog,
  readAccessRequest,
} from '../../accessRequest';
import { accessInputSchema } from '../../accessSchema';
import type { Core } from '../../core';
import { examples } from './examples';

/** `vertex:iam:plan`: computes the least rights for a deployment, and calls nothing. */
export function createIamPlanAction(options: {
  catalog: CatalogService;
  loadCore(): Promise<Core>;
  rules?: RuleSettings;
}) {
  return createTemplateAction({
    id: 'vertex:iam:plan',
    description:
      'Computes the least Google rights that the deployment of an entity takes, each with its reason and what is dangerous about it, in every form in which they can be asked for. Nothing is called.',
    examples,
    supportsDryRun: true,
    schema: {
      input: accessInputSchema,
      output: {
        request: z => z.object({}).passthrough().describe('The rights as data'),
        renderings: z =>
          z
            .record(z.string())
            .describe(
              'By file name: custom roles, bindings.json, roles.tf, main.tf, gcloud.sh, revoke.sh where there is something to take back, access-request.md; for pam also pam-entitlement.json and pam-grant.json',
            ),
        explanation: z =>
          z.string().describe('The request in Markdown, for whoever decides'),
        risks: z =>
          z
            .array(z.any())
            .describe(
              'Risks of the rights: level, permissions, effect, account, mitigation',
            ),
        permissions: z =>
          z
            .array(z.string())
            .describe('The permissions that the principal is to be given'),
        expiresAt: z =>
          z
            .string()
            .optional()
            .describe('When they end; absent where nothing ends them'),
      },
    },
    async handler(ctx) {
      const core = await options.loadCore();
      const asked = await readAccessRequest(ctx, options);
      const { request, renderings, explanation, risks } = planAccessAndLog(
        core,
        asked,
        ctx.logger,
      );

      ctx.output('request', request as unknown as JsonObject);
      ctx.output('renderings', renderings);
      ctx.output('explanation', explanation);
      ctx.output('risks', risks as unknown as JsonArray);
      ctx.output('permissions', permissionsOf(request));
      ctx.output('expiresAt', request.expiresAt);
    },
  });
}
