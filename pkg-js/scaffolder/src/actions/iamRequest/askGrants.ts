import type {
  DeployHost,
  IamPamReport,
  IamPamRequest,
} from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Core } from '../../core';
import { describeFindings, logFindings } from '../../findings';

const headline = {
  requested: 'The rights are asked for in Privileged Access Manager',
  planned: 'Nothing is asked for in a dry run',
  failed: 'The rights are not asked for, or not all of them, or not given',
  cancelled: 'Asking for the rights was cancelled',
};

/**
 * Asks Privileged Access Manager for the rights.
 *
 * @throws Error that says why they are not asked for or not given, and which grants stay
 */
export async function askGrants(
  core: Pick<Core, 'iamPam'>,
  request: IamPamRequest,
  host: DeployHost,
  logger: LoggerService,
): Promise<IamPamReport> {
  const report = await core.iamPam(request, host);
  const { outcome, diagnostics } = report;
  const grants = report.grants.map(({ name, state }) => `${name}: ${state}`);
  if (outcome === 'failed' || outcome === 'cancelled') {
    throw new Error(
      [headline[outcome], describeFindings(diagnostics), ...grants].join('\n'),
    );
  }
  logFindings(logger, diagnostics);
  logger.info([headline[outcome], ...grants].join('\n'));
  return report;
}
