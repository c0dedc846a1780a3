import type {
  DeployHost,
  IamPamReport,
  IamPamRequest,
} from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Core } from '../../core';
import { describeFindings, logFindings } from '../../findings';
import { TaskError } from '../../taskError';

const headlines = {
  requested: 'The access is requested from Privileged Access Manager',
  planned: 'A dry run: the access would be requested',
  failed: 'The access is not requested, only in part, or was not granted',
  cancelled: 'Requesting the access was cancelled',
};

/**
 * Requests the access from Privileged Access Manager.
 *
 * @throws TaskError with the reasons, and with the grants that stay
 */
export async function requestGrants(
  core: Pick<Core, 'iamPam'>,
  request: IamPamRequest,
  host: DeployHost,
  logger: LoggerService,
): Promise<IamPamReport> {
  const report = await core.iamPam(request, host);
  const { outcome, succeeded, diagnostics } = report;
  const grants = report.grants.map(({ name, state }) => `${name}: ${state}`);
  if (!succeeded) {
    throw new TaskError(headlines[outcome], [
      ...describeFindings(diagnostics),
      ...grants,
    ]);
  }
  logFindings(logger, diagnostics);
  logger.info([headlines[outcome], ...grants].join('\n'));
  return report;
}
