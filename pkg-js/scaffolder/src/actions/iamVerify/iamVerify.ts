import type { RuleSettings } from '@backstage-vertex-ai/core';
import type {
  IamRisk,
  IamMissing,
  IamVerifyReport,
} from '@backstage-vertex-ai/core/server';
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
import { examples } from './examples';

/** What is missing, by how that is known. */
function describeMissing(missing: IamMissing[]): string {
  const sections: [string, IamMissing[]][] = [
    [
      'Google said to whoever started the task that they hold it; the principal may be somebody else',
      missing.filter(({ hinted }) => hinted),
    ],
    [
      'there, but not for as long',
      missing.filter(({ until }) => until !== undefined),
    ],
    [
      'not there',
      missing.filter(({ hinted, seen, until }) => !hinted && seen && !until),
    ],
    [
      'nobody could see, because the policies may not be read',
      missing.filter(({ hinted, seen }) => !hinted && !seen),
    ],
  ];
  return sections
    .filter(([, rights]) => rights.length > 0)
    .flatMap(([what, rights]) => [
      `${rights.length} – ${what}:`,
      ...rights.map(
        ({ permission, resource, until }) =>
          `  - ${permission} on ${resource}${until ? ` until ${until}` : ''}`,
      ),
    ])
    .join('\n');
}

const describeStop = ({ diagnostics }: IamVerifyReport) =>
  `It is not known which rights are there\n${describeFindings(diagnostics)}`;

const describeRisk = ({ effect, account, mitigation }: IamRisk) =>
  `With these rights the principal ${effect}${
    account ? ` (${account})` : ''
  }; mitigation: ${mitigation}`;

/** `vertex:iam:verify`: looks whether the rights are there, and changes nothing. */
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
      'Looks whether a principal has the Google rights that the deployment of an entity takes: by the policies that the user of the task may read, and by what Google says to that user. Nothing is changed.',
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
              'Members of policies that the principal is too, e.g. group:ml-team@acme.example',
            ),
        accept: z =>
          z
            .enum(['policies', 'hints'])
            .optional()
            .describe(
              'What a right has to be known by; policies where it is left out. hints: also what Google says to the user of the task, where the principal is that user in the pool of the portal (principal://…/subject/user:default/jane). Google decides anew at each call.',
            ),
        failOn: z =>
          z
            .enum(['missing', 'never'])
            .optional()
            .describe(
              'What makes the task fail; missing where it is left out: a right that is not there, or that nobody could see',
            ),
        folder: z =>
          z
            .string()
            .optional()
            .describe(
              'Writes the request for what is missing into this folder of the workspace, for a step that publishes it; expiresAt or days then say when those rights end. So is drop.sh, where the principal has what can go. Where there is neither nothing is written.',
            ),
      },
      output: {
        complete: z =>
          z.boolean().describe('Whether all of the rights are there'),
        held: z =>
          z
            .array(z.any())
            .describe(
              'Rights that are there: permission, resource, the role that gives it, on what, until when',
            ),
        hinted: z =>
          z
            .array(z.any())
            .describe(
              'With accept: hints, rights of which only Google tells, to the user of the task: permission, resource. They count as there.',
            ),
        lacking: z =>
          z
            .array(z.any())
            .describe(
              'Rights that are not: permission, resource; hinted where Google told the user of the task that they hold it',
            ),
        difference: z =>
          z
            .object({})
            .passthrough()
            .describe('What is held, missing and too much, as data'),
        remaining: z =>
          z
            .object({})
            .passthrough()
            .describe('The rights that are left to ask for, as data'),
        renderings: z =>
          z
            .record(z.string())
            .describe(
              'Of what is left to ask for, by file name, and drop.sh of what can go; bindings.json holds whole policies where they could be read. Empty where there is neither.',
            ),
        files: z =>
          z
            .array(z.string())
            .optional()
            .describe(
              'With folder: what was written, relative to the workspace',
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
              'What Google said to the user of the task, by resource: held and lacking. The principal may be somebody else.',
            ),
        policiesRead: z =>
          z
            .array(z.string())
            .describe('The resources whose policies could be read'),
        diagnostics: z =>
          z
            .array(z.any())
            .describe('The findings, with code, message, where and help'),
      },
    },
    async handler(ctx) {
      const { memberOf, accept, failOn = 'missing', folder } = ctx.input;
      const core = await options.loadCore();
      const asked = await readAccessRequest(ctx, options);
      if (ctx.isDryRun) {
        planAccessAndLog(core, asked, ctx.logger);
        ctx.logger.info('A dry run: Google is not asked');
        return;
      }
      let hintsFor: string | undefined;
      if (accept === 'hints') {
        const { ref, doubt } = await readInitiator(ctx, options.auth);
        if (doubt) ctx.logger.warn(`No hint counts. ${doubt}`);
        hintsFor = ref;
      }
      const { proxyUrl, reason, host } = await createProxyHost(ctx, options);
      const report = await core.iamVerify(
        { ...asked, memberOf, hintsFor, proxyUrl, reason },
        host,
      );
      logFindings(ctx.logger, report.diagnostics);
      const { difference, hinted, renderings, risks } = report;
      if (!difference) throw new Error(describeStop(report));

      const { held, missing } = difference;
      ctx.output('complete', missing.length === 0);
      ctx.output('held', held);
      ctx.output('hinted', hinted);
      ctx.output('lacking', missing);
      ctx.output('difference', difference as unknown as JsonObject);
      ctx.output('remaining', report.remaining as unknown as JsonObject);
      ctx.output('renderings', renderings);
      ctx.output('risks', risks as unknown as JsonObject[]);
      ctx.output('tested', report.tested);
      ctx.output('policiesRead', report.policiesRead);
      ctx.output('diagnostics', report.diagnostics as unknown as JsonObject[]);

      for (const risk of risks.filter(({ level }) => level === 'high')) {
        ctx.logger.warn(describeRisk(risk));
      }
      if (folder) {
        const { workspacePath } = ctx;
        const files = await writeRenderings(renderings, {
          workspacePath,
          folder,
        });
        ctx.logger.info(`Written: ${files.join(', ') || 'nothing'}`);
        ctx.output('files', files);
      }
      const number = held.length + hinted.length + missing.length;
      if (missing.length === 0) {
        ctx.logger.info(
          `All of the ${number} rights are there${
            hinted.length > 0
              ? `, ${hinted.length} of them as Google said to whoever started the task`
              : ''
          }`,
        );
        return;
      }
      const message = `${
        missing.length
      } of ${number} rights are not known to be there\n${describeMissing(
        missing,
      )}`;
      if (failOn === 'missing') throw new Error(message);
      ctx.logger.warn(message);
    },
  });
}
