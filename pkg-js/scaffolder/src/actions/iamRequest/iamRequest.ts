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
import { applyAccess } from './applyAccess';
import { examples } from './examples';
import { requestGrants } from './requestGrants';

/** The default folder of the files. */
const FOLDER = 'access';

/** How the core plans each delivery. */
const DELIVERY = { files: undefined, apply: undefined, pam: 'pam' } as const;

/** `vertex:iam:request`: delivers the access request that `vertex:iam:plan` plans. */
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
      'Delivers the access request with the fewest Google permissions for the deployment of an entity: as files for a pull request, as grants by an administrator, or to Privileged Access Manager for approval.',
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
              "files (default): writes the files into the workspace; a later step publishes them. apply: grants the access with the rights of the task's initiator, who may neither be the user in `for` nor a member of that group. pam: requests a grant of Privileged Access Manager for the initiator; the entitlement of pam-entitlement.json has to exist and to name the initiator as eligible. The task does not wait for an approver.",
            ),
        for: z =>
          z
            .string()
            .optional()
            .describe(
              'With apply: the user or group of the catalog that receives the access, e.g. user:default/jane. The principal has to be the entity ref in a pool, or the address in spec.profile.email.',
            ),
        wait: z =>
          z
            .boolean()
            .optional()
            .describe(
              'With apply: whether the task waits until Google applies the change, about 7 minutes, and fails if another writer removes the access meanwhile; true by default',
            ),
        folder: z =>
          z
            .string()
            .optional()
            .describe(
              `With files: the folder in the workspace; ${FOLDER} by default`,
            ),
      },
      output: {
        request: z =>
          z.object({}).passthrough().describe('The access request as data'),
        explanation: z =>
          z
            .string()
            .describe('The access request in Markdown, for its approver'),
        renderings: z =>
          z.record(z.string()).describe('Files by name, as in vertex:iam:plan'),
        state: z =>
          z
            .enum(['written', 'planned', 'applied', 'requested'])
            .describe(
              'written: nothing is granted yet; planned: a dry run; applied: granted; requested: see the state of each grant',
            ),
        files: z =>
          z
            .array(z.string())
            .optional()
            .describe(
              'With files: the written files, relative to the workspace',
            ),
        applied: z =>
          z
            .object({})
            .passthrough()
            .optional()
            .describe(
              'With apply: the written policies, the resources out of reach, and the time by which Google applies the change',
            ),
        grants: z =>
          z
            .array(z.object({}).passthrough())
            .optional()
            .describe(
              'With pam: name, project, entitlement, requester and state of each grant; ACTIVE is granted, APPROVAL_AWAITED is not',
            ),
      },
    },
    async handler(ctx) {
      const { deliver = 'files', folder = FOLDER, wait } = ctx.input;
      const core = await options.loadCore();
      const asked = await readAccessRequest(ctx, options);
      asked.delivery ??= DELIVERY[deliver];
      const { request, renderings, explanation } = planAccessAndLog(
        core,
        asked,
        ctx.logger,
      );
      ctx.output('request', request as unknown as JsonObject);
      ctx.output('explanation', explanation);
      ctx.output('renderings', renderings);

      const deliveries = {
        async files() {
          const { workspacePath } = ctx;
          const files = await writeRenderings(renderings, {
            workspacePath,
            folder,
          });
          ctx.logger.info(`Wrote ${files.join(', ')}`);
          ctx.output('state', 'written');
          ctx.output('files', files);
        },
        async apply() {
          const approval = await readApproval(ctx, ctx.input.for, options);
          const { host, ...call } = await createProxyHost(ctx, options);
          const report = await applyAccess(
            core,
            { ...asked, ...call, approval, wait, dryRun: ctx.isDryRun },
            host,
            ctx.logger,
          );
          ctx.output('state', report.outcome);
          ctx.output('applied', report as unknown as JsonObject);
        },
        async pam() {
          const { host, ...call } = await createProxyHost(ctx, options);
          const report = await requestGrants(
            core,
            { ...asked, ...call, dryRun: ctx.isDryRun },
            host,
            ctx.logger,
          );
          ctx.output('state', report.outcome);
          ctx.output('grants', report.grants as unknown as JsonObject[]);
        },
      };
      await deliveries[deliver]();
    },
  });
}
