import type {
  HttpAuthService,
  LoggerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type {
  ClaimsReport,
  DoorCaller,
  Gate,
} from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import { readCaller } from '../callers';
import type { CatalogReader } from '../catalog';
import type { OpenStores } from '../doorStores';
import { ownershipOf } from '../ownership';
import type { HeldPermissions } from '../permissions';
import { answering, Refusal } from '../refusal';
import { createClaimsReader } from './reading';

function readRef(request: Request): string {
  const { entityRef } = request.query;
  try {
    return stringifyEntityRef(parseEntityRef(String(entityRef)));
  } catch {
    throw Refusal.because(
      400,
      'request/malformed',
      'the parameter `entityRef` is not an entity ref',
      'name an entity of the catalog, such as `component:default/fraud-detector`',
    );
  }
}

/**
 * `GET …/vertex-ai/claims?entityRef=`: reports the endpoints that an entity claims although they are not its own, to users who may read
 * the entity. Google is asked, as that user, where the labels of an endpoint decide. Entities that are hidden from the user are counted.
 */
export function createClaimsHandler(options: {
  gate: Gate;
  stores: OpenStores;
  catalog: CatalogReader;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  userInfo: UserInfoService;
  held: HeldPermissions;
}) {
  const { gate, catalog, httpAuth, logger, userInfo, held } = options;
  const readClaims = createClaimsReader(options);

  async function handle(request: Request, response: Response) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    const permissions = await held(credentials, 'vertex-ai.read');
    const ref = readRef(request);
    const known = await catalog.visible([ref], credentials);
    if (!known.has(ref)) {
      throw Refusal.because(
        404,
        'portal/refused',
        `\`${ref}\` is missing in the catalog or hidden from you`,
      );
    }
    const caller = { ...readCaller(credentials), permissions } as DoorCaller;
    const groups = ownershipOf(userInfo, credentials);
    const disputes = gate.disputes(await readClaims(ref, caller, groups));
    const rivals = disputes.flatMap(({ by }) => by).filter(it => it !== ref);
    const seen = await catalog.visible([...new Set(rivals)], credentials);
    const report: ClaimsReport = {
      disputes: disputes.map(({ endpoint, by, finding }) => {
        const others = by.filter(it => it !== ref && seen.has(it));
        const hidden = by.filter(it => it !== ref && !seen.has(it)).length;
        return { endpoint, diagnostic: finding, others, hidden };
      }),
    };
    response.set('cache-control', 'no-store').json(report);
  }

  return answering(handle, logger);
}
