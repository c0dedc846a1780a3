import type {
  BackstageCredentials,
  HttpAuthService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import type { Request, Response } from 'express';
import { nameOf } from '../callers';
import type { Ledger } from '../deployments/ledger';
import { toDeployment, toRequest, type Row } from '../deployments/row';
import type { Deployments } from '../deployments/store';
import type { Mandates } from '../mandates';
import type { DeploymentPermissions } from '../permissions';
import { Refusal } from '../refusal';
import type { Runner } from '../runner';

const BECAUSE = 'taken over to remove what is left, and nothing else';

const nothingLeft = () =>
  Refusal.because(
    409,
    'portal/refused',
    'the deployment has left nothing that could be removed, or has not ended',
  );

/**
 * `POST /deployments/{id}/takeover`: removes what a deployment has left, in the name of an administrator.
 *
 * The administrator's mandate is ended as soon as it is made: from then on it covers the removal of what was made under the earlier ones,
 * and nothing else.
 */
export function createTakeover(options: {
  find(request: Request): Promise<{ row: Row }>;
  httpAuth: HttpAuthService;
  ledger: Ledger;
  logger: LoggerService;
  mandates: Mandates;
  permissions: DeploymentPermissions;
  runner: Runner;
  store: Deployments;
}) {
  const { find, httpAuth, ledger, logger, mandates, permissions, store } =
    options;

  /** Makes a mandate for removals. */
  async function delegate(row: Row, caller: BackstageCredentials) {
    const mandate = await mandates.create(caller, row.id, toRequest(row));
    await mandates.end(mandate, BECAUSE);
    return mandate;
  }

  return async (request: Request, response: Response) => {
    const caller = await httpAuth.credentials(request, { allow: ['user'] });
    const { row } = await find(request);
    await permissions.ensureAdministrator(caller);
    const { id } = row;
    const { state, notUndone } = toDeployment(row);
    const hasLeft = state !== 'succeeded' && notUndone.length > 0;
    if (!row.ended || !hasLeft || !row.mandate) throw nothingLeft();
    const mandate = await delegate(row, caller);
    const changed = await store.reopen(id, mandate, (trx, reopened) =>
      ledger.removeAgain(trx, reopened),
    );
    // Another administrator was faster.
    if (!changed) throw nothingLeft();
    logger.info('An administrator takes over a deployment', {
      deployment: id,
      administrator: nameOf(caller),
      mandate,
    });
    await options.runner.claim(id);
    response.status(202).json(toDeployment((await store.find(id))!));
  };
}
