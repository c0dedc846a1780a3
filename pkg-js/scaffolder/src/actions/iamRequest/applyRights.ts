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
  failed: 'The rights are not given, or not all of them',
  cancelled: 'Giving the rights was cancelled',
};

/**
 * Gives the rights, recorded first.
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
    ...asked
  } = request;
  const recorded = new RecordedFirst(host, { proxyUrl, request: asked });
  const { fetch, signal } = recorded;
  const report = await core.iamApply(request, { ...host, fetch, signal });
  if (recorded.failure) throw recorded.failure;
  const { outcome, diagnostics, written } = report;
  if (outcome !== 'applied') {
    if (report.untouched) await recorded.withdraw(logger);
    const changed = written.filter(one => one.changed);
    throw new Error(
      [
        headline[outcome],
        describeFindings(diagnostics),
        ...changed.map(({ resource }) => `Given already on ${resource}`),
      ].join('\n'),
    );
  }
  logFindings(logger, diagnostics);
  logger.info(headline[outcome]);
  return report;
}
