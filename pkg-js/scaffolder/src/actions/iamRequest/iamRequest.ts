import type { RuleSettings } from '@backstage-vertex-ai/core';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import { readApproval } from '../../approval';
import { writeRenderings } from '../../accessFiles';
import { planAccessAndLog, readAccessRequest } from '../../accessRequest';
import { accessInputSchema } from '../../accessSchema';
import type { Core } from '../../core';
import { createProxyHost } from '../../proxyHost';
import { applyRights } from './applyRights';
import { askGrants } from './askGrants';
import { examples } from './examples';

/** Where the files go if nobody says. */
const FOLDER = 'access';

/** `vertex:iam:request`: asks for the rights that `vertex:iam:plan` computes. */
export function createIamRequestAction(options: {
  auth: AuthService;
  catalog: CatalogService;
  discovery: DiscoveryService;
  loadCore(): Promise<Core>;
  rules?: RuleSettings;
}) {
  return createTemplateAction({
    id: 'vertex:iam:request',
    description:
      'Asks for the least Google rights that the deployment of an entity takes: writes the files for a pull request, or, started by somebody who may give them to somebody else, gives them until they end, or asks Privileged Access Manager for them, where somebody else approves.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        ...accessInputSchema,
        deliver: z =>
          z
            .enum(['files', 'apply', 'pam'])
            .optional()
            .describe(
              'files (left out): writes every rendering of the request into the workspace, for a step that publishes them. apply: gives the rights with those of the user who started the task, who must be neither whom they are for nor a member of that group; a dry run refuses what would be refused before the first call. pam: asks for a grant of Privileged Access Manager for the user who started the task; the entitlement of pam-entitlement.json has to be there and to name that user as eligible. Where somebody has to approve, the task does not wait for them.',
            ),
        for: z =>
          z
            .string()
            .optional()
            .describe(
              'With apply: the user or group of the catalog whom the rights are for, e.g. user:default/jane. The principal has to be theirs: their entity ref in a pool, or the address in spec.profile.email.',
            ),
        wait: z =>
          z
            .boolean()
            .optional()
            .describe(
              'With apply: whether the task waits out the time that Google may take to heed the rights, about 7 minutes, and fails where they are overwritten meanwhile; true where it is left out',
            ),
        folder: z =>
          z
            .string()
            .optional()
            .describe(
              `With files: the folder in the workspace; ${FOLDER} where it is left out`,
            ),
      },
      output: {
        request: z => z.object({}).passthrough().describe('The rights as data'),
        explanation: z =>
          z.string().describe('The request in Markdown, for whoever decides'),
        renderings: z =>
          z
            .record(z.string())
            .describe('By file name, as vertex:iam:plan gives them'),
        state: z =>
          z
            .enum(['written', 'planned', 'applied', 'asked'])
            .describe(
              'written: nobody has given anything yet; planned: a dry run; applied: given; asked: each grant says whether it is given',
            ),
        files: z =>
          z
            .array(z.string())
            .optional()
            .describe(
              'With files: what was written, relative to the workspace',
            ),
        applied: z =>
          z
            .object({})
            .passthrough()
            .optional()
            .describe(
              'With apply: the policies that were written, what could not be reached, and by when the rights should work',
            ),
        grants: z =>
          z
            .array(z.object({}).passthrough())
            .optional()
            .describe(
              'With pam: name, project, entitlement, requester and state of each grant; APPROVAL_AWAITED is not given yet, ACTIVE is',
            ),
      },
    },
    async handler(ctx) {
      const core = await options.loadCore();
      const asked = await readAccessRequest(ctx, options);
      const { deliver } = ctx.input;
      if (deliver === 'pam') asked.delivery ??= 'pam';
      const { request, renderings, explanation } = planAccessAndLog(
        core,
        asked,
        ctx.logger,
      );
      ctx.output('request', request as unknown as JsonObject);
      ctx.output('explanation', explanation);
      ctx.output('renderings', renderings);

      if (deliver === 'pam') {
        const { proxyUrl, reason, host } = await createProxyHost(ctx, options);
        const report = await askGrants(
          core,
          { ...asked, dryRun: ctx.isDryRun, proxyUrl, reason },
          host,
          ctx.logger,
        );
        ctx.output('state', ctx.isDryRun ? 'planned' : 'asked');
        ctx.output('grants', report.grants as unknown as JsonObject[]);
        return;
      }
      if (deliver === 'apply') {
        const approval = await readApproval(ctx, ctx.input.for, options);
        const { proxyUrl, reason, host } = await createProxyHost(ctx, options);
        const report = await applyRights(
          core,
          {
            ...asked,
            approval,
            wait: ctx.input.wait,
            dryRun: ctx.isDryRun,
            proxyUrl,
            reason,
          },
          host,
          ctx.logger,
        );
        ctx.output('state', report.outcome);
        ctx.output('applied', report as unknown as JsonObject);
        return;
      }
      const files = await writeRenderings(renderings, {
        workspacePath: ctx.workspacePath,
        folder: ctx.input.folder ?? FOLDER,
      });
      ctx.logger.info(`Written: ${files.join(', ')}`);
      ctx.output('state', 'written');
      ctx.output('files', files);
    },
  });
}
