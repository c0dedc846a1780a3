import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type {
  HttpAuthService,
  LoggerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { StatusRequest } from '@backstage-vertex-ai/core';
import type { Gate } from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import type { CatalogReader } from '../catalog';
import { createClaimsReader } from '../claims/reading';
import type { OpenStores } from '../doorStores';
import { readJson } from '../forward';
import { createInnerFetch, INNER_URL } from '../innerFetch';
import { ownershipOf } from '../ownership';
import type { HeldPermissions } from '../permissions';
import { answering } from '../refusal';

/** Maximum duration of a report, in milliseconds. */
const PATIENCE = 30_000;

/**
 * `POST …/vertex-ai/access`: reports what the signed-in user may do with the deployment of one entity, and which rights are missing. The
 * body is a `StatusRequest` without its `proxyUrl`; the answer is an `AccessReport`. Each call to Google passes the door as that user.
 */
export function createAccessHandler(options: {
  gate: Gate;
  stores: OpenStores;
  catalog: CatalogReader;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  userInfo: UserInfoService;
  held: HeldPermissions;
}) {
  const { gate, httpAuth, logger, userInfo, held } = options;
  const readClaims = createClaimsReader(options);

  async function handle(request: Request, response: Response) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const { userEntityRef: ref, actor } = credentials.principal;
    // Nothing of the body is read for a caller without the permission.
    const permissions = await held(credentials, 'vertex-ai.read');
    const asked = (await readJson(request)) as Omit<StatusRequest, 'proxyUrl'>;
    const caller = {
      kind: 'user',
      ref,
      actor: actor?.subject,
      permissions,
    } as const;
    const groups = ownershipOf(userInfo, credentials);
    const claims = await readClaims(nameOf(asked), caller, groups);
    const report = await gate.access(
      { ...asked, proxyUrl: INNER_URL },
      { ref, permissions, claims },
      {
        fetch: createInnerFetch(options, caller, groups),
        signal: AbortSignal.any([
          leaving.signal,
          AbortSignal.timeout(PATIENCE),
        ]),
      },
    );
    response.set('cache-control', 'no-store').json(report);
  }

  return answering(handle, logger);
}

/** The ref of the entity that a request holds; empty where it has none, which the core reports. */
function nameOf({ source }: Omit<StatusRequest, 'proxyUrl'>): string {
  try {
    return stringifyEntityRef((source as { entity: Entity }).entity);
  } catch {
    return '';
  }
}
