import type {
  BackstageCredentials,
  HttpAuthService,
  LoggerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import {
  type Gate,
  iamPlan,
  type IamPlanRequest,
} from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import type { AuditRecords } from '../audit';
import { readJson } from '../forward';
import { ownershipOf } from '../ownership';
import { answerError, Refusal } from '../refusal';
import { openRightsOf } from './openRights';
import { undatedOf, type GrantRecords } from './records';

/**
 * What the scaffolder tells about rights that a user gives.
 *
 * `POST …/vertex-ai/grants` records those that are about to be given, so that they are taken back when they end. The body is a
 * request as `iamPlan` takes it; the answer has the record's `id`.
 *
 * `GET …/vertex-ai/grants` lists those that have not been taken back, whoever gave them.
 *
 * `DELETE …/vertex-ai/grants/{id}` withdraws the record where nothing was given: by whom it was made, before its rights end, and
 * unless the audit trail says that they may have changed a policy under it.
 */
export function createGrantHandlers(options: {
  gate: Gate;
  records: GrantRecords;
  audit: AuditRecords;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  userInfo: UserInfoService;
  permit(name: string, credentials: BackstageCredentials): Promise<void>;
}) {
  const { gate, records, audit, httpAuth, logger, userInfo, permit } = options;

  /** The user who asks, and may administer. */
  async function readAdministrator(request: Request) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    await permit('vertex-ai.administer', credentials);
    return {
      givenBy: credentials.principal.userEntityRef,
      readOwnership: ownershipOf(userInfo, credentials),
    };
  }

  async function record(request: Request, response: Response) {
    const { givenBy, readOwnership } = await readAdministrator(request);
    const asked = (await readJson(request)) as IamPlanRequest;
    // Read by the core: what is recorded is a request that can be carried out.
    const { request: rights, diagnostics } = iamPlan(asked);
    if (!rights) throw new Refusal(400, diagnostics[0]);
    // A sign-in resolver may leave the user out of what they own.
    const owned = [givenBy, ...(await readOwnership())];
    const { principal, expiresAt } = rights;
    const refused = gate.checkGiven(principal, expiresAt, owned);
    if (refused) throw new Refusal(refused.status, refused.diagnostic);
    const { expiresAt: _, ...taken } = asked;
    const id = await records.begin({
      givenBy,
      request: taken,
      undated: undatedOf(rights),
      endsAt: new Date(expiresAt!).toISOString(),
    });
    logger.info('Rights that are about to be given are recorded', {
      grant: id,
      givenBy,
    });
    response.status(201).json({ id });
  }

  async function list(request: Request, response: Response) {
    await readAdministrator(request);
    const open = await records.open();
    response.json({ grants: open.map(openRightsOf) });
  }

  async function withdraw(request: Request, response: Response) {
    const { givenBy } = await readAdministrator(request);
    const { id } = request.params;
    const begunAt = await records.begunBy(givenBy, id);
    // A call is recorded before it looks at the record: where the audit trail does not have it yet, it finds the record closed.
    if (!begunAt || !(await records.close(id))) {
      throw Refusal.because(
        404,
        'portal/refused',
        'you have no open record with this id',
      );
    }
    let given = true;
    try {
      // Calls that are under way are among them.
      const { changed } = await audit.policiesChanged({ id, givenBy, begunAt });
      given = changed.size > 0;
    } finally {
      if (given) await records.reopen(id);
    }
    if (given) {
      throw Refusal.because(
        409,
        'portal/refused',
        'you have changed a policy under it, or may have: the record stays until its rights end',
      );
    }
    await records.withdraw(id);
    logger.info('Recorded rights were not given', { grant: id, givenBy });
    response.status(204).end();
  }

  const answering =
    (handle: typeof record) => async (request: Request, response: Response) => {
      try {
        await handle(request, response);
      } catch (error) {
        answerError(response, error, logger);
      }
    };
  return {
    record: answering(record),
    list: answering(list),
    withdraw: answering(withdraw),
  };
}
