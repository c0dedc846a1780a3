import type {
  HttpAuthService,
  LoggerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { StatusRequest } from '@backstage-vertex-ai/core';
import type { Gate } from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import type { CallRecorder } from '../callRecorder';
import { readJson } from '../forward';
import { createInnerFetch, INNER_URL } from '../innerFetch';
import { ownershipOf, type WaitingUsers } from '../ownership';
import { lacksPermission, type HeldPermissions } from '../permissions';
import { answerRefusal, toRefusal } from '../refusal';

/** So long somebody waits before a card, in milliseconds. */
const LONGEST = 30_000;

/**
 * `POST …/vertex-ai/access`: what the signed-in user may do with the deployment of one entity, and what they lack for it. The body
 * is a `StatusRequest` without its `proxyUrl`; the answer is an `AccessReport`. Google is asked as that user, by calls that each
 * pass the gate like any other.
 */
export function createAccessHandler(options: {
  gate: Gate;
  recorder: CallRecorder;
  waiting: WaitingUsers;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  userInfo: UserInfoService;
  held: HeldPermissions;
}) {
  const { gate, waiting, httpAuth, logger, userInfo, held } = options;

  async function handle(request: Request, response: Response) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const { userEntityRef: ref, actor } = credentials.principal;
    const permissions = await held(credentials);
    if (!permissions.includes('vertex-ai.read')) {
      throw lacksPermission('vertex-ai.read');
    }
    const asked = (await readJson(request)) as Omit<StatusRequest, 'proxyUrl'>;
    const ownership = ownershipOf(userInfo, credentials);
    const report = await gate.access(
      { ...asked, proxyUrl: INNER_URL },
      { ref, permissions },
      {
        fetch: createInnerFetch(options, {
          who: { ref, ownership, actor: actor?.subject },
          token: () => waiting.during(ref, ownership, () => gate.token(ref)),
          permit: ({ permission }) => {
            if (!permissions.includes(permission)) {
              throw lacksPermission(permission);
            }
          },
          recordsAll: false,
        }),
        signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(LONGEST)]),
      },
    );
    response.set('cache-control', 'no-store').json(report);
  }

  return async (request: Request, response: Response) => {
    try {
      await handle(request, response);
    } catch (error) {
      if (response.destroyed) return;
      const refusal = toRefusal(error);
      if (refusal.status >= 500) {
        logger.warn(
          `What a user may do could not be asked: ${(error as Error).message}`,
        );
      }
      answerRefusal(response, refusal);
    }
  };
}
