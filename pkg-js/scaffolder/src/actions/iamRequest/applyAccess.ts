import type {
  DeployHost,
  IamApplyReport,
  IamApplyRequest,
} from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Core } from '../../core';
import { describeFindings, logFindings } from '../../findings';
import { RecordedFirst } from '../../grantRecord';
import { TaskError } from '../../taskError';

const headlines = {
  applied: 'The access is granted',
  planned: 'A dry run: the access would be granted',
  failed: 'The access is not granted, or only in part',
  cancelled: 'Granting the access was cancelled',
};

/**
 * Grants the access, recorded first; a dry run calls nothing.
 *
 * @throws TaskError with the reasons, and with the grants that exist
 */
export async function applyAccess(
  core: Pick<Core, 'iamApply'>,
  request: IamApplyRequest,
  host: DeployHost,
  logger: LoggerService,
): Promise<IamApplyReport> {
  const {
    proxyUrl,
    reason: _reason,
    approval: _approval,
    wait: _wait,
    dryRun: _dryRun,
    ...planned
  } = request;
  const recorded = new RecordedFirst(host, { proxyUrl, request: planned });
  const { fetch, signal } = recorded;
  const report = await core.iamApply(request, { ...host, fetch, signal });
  if (recorded.failure) throw recorded.failure;
  const { outcome, diagnostics, succeeded, standing } = report;
  if (!succeeded) {
    if (report.untouched) await recorded.withdraw(logger);
    throw new TaskError(headlines[outcome], [
      ...describeFindings(diagnostics),
      ...standing,
    ]);
  }
  logFindings(logger, diagnostics);
  logger.info(headlines[outcome]);
  return report;
}
