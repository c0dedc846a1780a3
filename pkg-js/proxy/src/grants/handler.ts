import type {
  BackstageCredentials,
  HttpAuthService,
  LoggerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { Gate } from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import type { AuditRecords } from '../audit';
import { readText } from '../forward';
import { ownershipOf } from '../ownership';
import { answering, Refusal } from '../refusal';
import { createGrantHost } from './cleanUp';
import type { GrantRecords, OpenGrant } from './records';
import { runGrantTask } from './task';

/** A time that cannot be read is left out. */
const toText = (millis: number) =>
  Number.isNaN(millis) ? undefined : new Date(millis).toISOString();

/** Returns a record as `GET …/vertex-ai/grants` lists it. */
function toListed(grant: OpenGrant) {
  const { id, givenBy, tries, lastError } = grant;
  return {
    id,
    givenBy,
    begunAt: toText(grant.begunAt),
    endsAt: toText(grant.endsAt),
    ...Gate.listedGrant(grant),
    tries,
    lastError,
    nextTryAt: toText(grant.nextTryAt),
  };
}

/**
 * Routes for the records of granted access.
 *
 * `POST …/vertex-ai/grants` records an access request that its user is about to grant, so that the grants are revoked after they
 * expire. The body is a request of `iamPlan`; the answer has the record's `id`.
 *
 * `GET …/vertex-ai/grants` lists the open records of all users.
 *
 * `DELETE …/vertex-ai/grants/{id}` withdraws a user's own record before its expiry, if no policy can have changed under it.
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

  /** Returns the caller, who must be allowed to administer. */
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
    const body = await readText(request);
    // A sign-in resolver may leave the user out of what they own.
    const owned = [givenBy, ...(await readOwnership())];
    const id = await records.begin(givenBy, gate.grantRecord(body, owned));
    logger.info('An access request is recorded before it is granted', {
      grant: id,
      givenBy,
    });
    response.status(201).json({ id });
  }

  async function list(request: Request, response: Response) {
    await readAdministrator(request);
    const open = await records.open();
    response.json({ grants: open.map(toListed) });
  }

  async function withdraw(request: Request, response: Response) {
    const { givenBy } = await readAdministrator(request);
    const { id } = request.params;
    const { refusal } = await runGrantTask(
      Gate.withdrawGrant(id, givenBy),
      createGrantHost({ records, audit, logger }),
    );
    if (refusal) throw new Refusal(refusal.status, refusal.diagnostic);
    logger.info('A grant record is withdrawn: nothing was granted', {
      grant: id,
      givenBy,
    });
    response.status(204).end();
  }

  return {
    record: answering(record, logger),
    list: answering(list, logger),
    withdraw: answering(withdraw, logger),
  };
}
