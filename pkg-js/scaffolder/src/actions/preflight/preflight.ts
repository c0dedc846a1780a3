import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { Diagnostic } from '@backstage-vertex-ai/core';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import { changeSchema, deploySchema, readChange } from '../../changeInput';
import { deploymentInputHelp } from '../../deploymentRequest';
import { describeFindings } from '../../findings';
import { TaskError } from '../../taskError';
import { checkByBackend } from '../modelDeploy/followDeployment';
import { examples } from './examples';

/** The outcomes that fail the task, by `failOn`. */
const FAILING = {
  no: ['no'],
  unknown: ['no', 'unknown'],
  never: [] as string[],
};

/** `vertex:preflight`: asks Google through the backend plugin whether a deployment can succeed. Changes nothing. */
export function createPreflightAction(options: {
  auth: AuthService;
  discovery: DiscoveryService;
  /** Before a request to the backend is repeated, in milliseconds. */
  pauseMillis?: number;
}) {
  return createTemplateAction({
    id: 'vertex:preflight',
    description:
      'Checks before a deployment whether it can succeed: APIs, quotas, image, files, rights and policies, as Google shows them to the user. Changes nothing.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        entityRef: z =>
          z.string().optional().describe(deploymentInputHelp.entityRef),
        text: z => z.string().optional().describe(deploymentInputHelp.text),
        path: z => z.string().optional().describe(deploymentInputHelp.path),
        environment: z =>
          z.string().optional().describe(deploymentInputHelp.environment),
        modelVersion: z =>
          z.string().optional().describe(deploymentInputHelp.modelVersion),
        failOn: z =>
          z
            .enum(['no', 'unknown', 'never'])
            .optional()
            .describe(
              'Which result of a check fails the task: "no" by default; "unknown" includes "no"',
            ),
        ...changeSchema,
        ...deploySchema,
      },
      output: {
        ok: z =>
          z.boolean().describe('Whether every check is ok, and none unknown'),
        report: z => z.object({}).passthrough().describe('The report as data'),
        summary: z => z.string().describe('The checks as a table in Markdown'),
      },
    },
    async handler(ctx) {
      const report = await checkByBackend(ctx, options, readChange(ctx.input));
      ctx.logger.info(`Preflight: ${report.headline}`);
      ctx.output('ok', report.ok);
      ctx.output('report', report as unknown as JsonObject);
      ctx.output('summary', report.summary);
      const failing = FAILING[ctx.input.failOn ?? 'no'];
      const findings = report.checks
        .filter(({ outcome }) => failing.includes(outcome))
        .map(({ question, finding }) => ({
          ...(finding as Diagnostic),
          message: `${question} ${finding?.message}`,
        }));
      if (findings.length > 0) {
        throw new TaskError(
          `The preflight found: ${report.headline}`,
          describeFindings(findings),
        );
      }
    },
  });
}
