import type { RuleSettings } from '@backstage-vertex-ai/core';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import { writeRenderings } from '../../accessFiles';
import { planAccessAndLog, readAccessRequest } from '../../accessRequest';
import { accessInputSchema } from '../../accessSchema';
import type { Core } from '../../core';
import { describeFindings, logFindings } from '../../findings';
import { readInitiator } from '../../initiator';
import { createProxyHost } from '../../proxyHost';
import { TaskError } from '../../taskError';
import { examples } from './examples';

/** `vertex:iam:verify`: compares the permissions of a deployment with live policies and changes nothing. */
export function createIamVerifyAction(options: {
  auth: AuthService;
  catalog: CatalogService;
  discovery: DiscoveryService;
  loadCore(): Promise<Core>;
  rules?: RuleSettings;
}) {
  return createTemplateAction({
    id: 'vertex:iam:verify',
    description:
      "Verifies whether a principal holds the Google permissions for the deployment of an entity: by the policies that the task's initiator may read, and by what Google reports to the initiator. Changes nothing.",
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        ...accessInputSchema,
        memberOf: z =>
          z
            .array(z.string())
            .optional()
            .describe(
              'Groups of the principal, as policies name them, e.g. group:ml-team@acme.example',
            ),
        accept: z =>
          z
            .enum(['policies', 'hints'])
            .optional()
            .describe(
              "The accepted evidence; policies by default. hints: also what Google reports to the task's initiator, if the principal is that user in the portal's pool (principal://…/subject/user:default/jane). Google decides again at each call.",
            ),
        failOn: z =>
          z
            .enum(['missing', 'never'])
            .optional()
            .describe(
              'What fails the task; missing by default: a permission that is missing or unknown',
            ),
        folder: z =>
          z
            .string()
            .optional()
            .describe(
              'A folder of the workspace for the access request for the missing permissions, which expires as expiresAt or days state, and for drop.sh, which removes excess permissions. A later step publishes it. Nothing is written without either.',
            ),
      },
      output: {
        complete: z =>
          z.boolean().describe('Whether the principal holds every permission'),
        summary: z => z.string().describe('The result in Markdown'),
        held: z =>
          z
            .array(z.any())
            .describe(
              'The permissions that are held: permission, resource, role, the resource of the role, expiry',
            ),
        hinted: z =>
          z
            .array(z.any())
            .describe(
              "With accept: hints, permissions that only Google's report to the initiator supports: permission, resource. They count as held.",
            ),
        lacking: z =>
          z
            .array(z.any())
            .describe(
              'The missing permissions: permission, resource, and hinted if Google reports that the initiator holds it',
            ),
        difference: z =>
          z
            .object({})
            .passthrough()
            .describe('Held, missing and excess permissions as data'),
        remaining: z =>
          z
            .object({})
            .passthrough()
            .describe(
              'The access request for the missing permissions, as data',
            ),
        renderings: z =>
          z
            .record(z.string())
            .describe(
              'Files by name for the missing permissions, and drop.sh for the excess ones; bindings.json holds whole policies if they are readable. Empty without either.',
            ),
        files: z =>
          z
            .array(z.string())
            .optional()
            .describe(
              'With folder: the written files, relative to the workspace',
            ),
        risks: z =>
          z
            .array(z.any())
            .describe(
              'Risks of all of the rights, also through the service account: level, permissions, effect, account, mitigation',
            ),
        tested: z =>
          z
            .array(z.any())
            .describe(
              "What Google reports to the task's initiator, who may not be the principal, by resource: held and lacking",
            ),
        policiesRead: z =>
          z
            .array(z.string())
            .describe('The resources whose policies were read'),
        diagnostics: z =>
          z
            .array(z.any())
            .describe('The findings: code, message, where and help of each'),
      },
    },
    async handler(ctx) {
      const { memberOf, accept, failOn = 'missing', folder } = ctx.input;
      const core = await options.loadCore();
      const request = await readAccessRequest(ctx, options);
      if (ctx.isDryRun) {
        planAccessAndLog(core, request, ctx.logger);
        ctx.logger.info('A dry run: Google is not called');
        return;
      }
      let hintsFor: string | undefined;
      if (accept === 'hints') {
        const { ref, doubt } = await readInitiator(ctx, options.auth);
        if (doubt) ctx.logger.warn(`Google's hints are ignored. ${doubt}`);
        hintsFor = ref;
      }
      const { proxyUrl, reason, host } = await createProxyHost(ctx, options);
      const report = await core.iamVerify(
        { ...request, memberOf, hintsFor, proxyUrl, reason },
        host,
      );
      logFindings(ctx.logger, report.diagnostics);
      const { difference, renderings } = report;
      if (!difference) {
        throw new TaskError(
          'The permissions cannot be verified',
          describeFindings(report.diagnostics),
        );
      }

      ctx.output('complete', report.isComplete);
      ctx.output('summary', report.summary);
      ctx.output('held', difference.held);
      ctx.output('hinted', report.hinted);
      ctx.output('lacking', difference.missing);
      ctx.output('difference', difference as unknown as JsonObject);
      ctx.output('remaining', report.remaining as unknown as JsonObject);
      ctx.output('renderings', renderings);
      ctx.output('risks', report.risks as unknown as JsonObject[]);
      ctx.output('tested', report.tested);
      ctx.output('policiesRead', report.policiesRead);
      ctx.output('diagnostics', report.diagnostics as unknown as JsonObject[]);

      report.warnings.forEach(warning => ctx.logger.warn(warning));
      if (folder) {
        const { workspacePath } = ctx;
        const files = await writeRenderings(renderings, {
          workspacePath,
          folder,
        });
        ctx.logger.info(`Wrote ${files.join(', ') || 'no file'}`);
        ctx.output('files', files);
      }
      if (report.isComplete) {
        ctx.logger.info(report.summary.split('\n', 1)[0]);
        return;
      }
      if (failOn === 'missing') throw new TaskError(report.summary);
      // The list of them is an output.
      ctx.logger.warn(report.summary.split('\n', 1)[0]);
    },
  });
}
