import type {
  DeployHost,
  IamApplyReport,
  IamApplyRequest,
} from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Core } from '../../core';
import { describeFindings, logFindings } from '../../findings';
import { RecordedFirst } from '../../grantRecord';

const headline = {
  applied: 'The rights are given',
  planned: 'A dry run: the rights would be given',
  failed: 'The rights are not given, or not all of them',
  cancelled: 'Giving the rights was cancelled',
};

/**
 * Gives the rights, recorded first; a dry run calls nothing.
 *
 * @throws Error that says what kept some of them from being given
 */
export async function applyRights(
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
    dryRun,
    ...asked
  } = request;
  const recorded = new RecordedFirst(host, { proxyUrl, request: asked });
  const { fetch, signal } = recorded;
  const report = await core.iamApply(request, { ...host, fetch, signal });
  if (recorded.failure) throw recorded.failure;
  const { outcome, diagnostics, written } = report;
  if (outcome !== (dryRun ? 'planned' : 'applied')) {
    if (report.untouched) await recorded.withdraw(logger);
    const standing = written.filter(one => one.changed && !one.overwritten);
    throw new Error(
      [
        headline[outcome],
        describeFindings(diagnostics),
        ...standing.map(
          ({ resource }) =>
            `Still given on ${resource}, until ${report.request?.expiresAt}`,
        ),
      ].join('\n'),
    );
  }
  logFindings(logger, diagnostics);
  logger.info(headline[outcome]);
  return report;
}
