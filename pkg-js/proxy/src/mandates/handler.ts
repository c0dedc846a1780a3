import type {
  BackstageCredentials,
  HttpAuthService,
  LoggerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import {
  type DoorCaller,
  Gate,
  type MandateFacts,
  type NewMandate,
} from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import type { AuditRecords } from '../audit';
import { readCaller } from '../callers';
import type { CatalogReader } from '../catalog';
import type { OpenStores } from '../doorStores';
import { createResourceReader } from '../resource';
import { readText } from '../forward';
import { ownershipOf } from '../ownership';
import type { DecidePermission, HeldPermissions } from '../permissions';
import { answerError } from '../refusal';
import type { MandateRecords, ShownMandate } from './records';

/** The permission that creates a mandate. Uses of the mandate do not ask again. */
const PERMISSION = 'vertex-ai.deploy';

/**
 * Routes for mandates, under which deployments go on after their user has left.
 *
 * `POST …/vertex-ai/mandates` makes one: the plugin `vertex-ai` asks for it on behalf of the user who starts a deployment.
 *
 * `GET …/vertex-ai/mandates/{id}` shows one to its user and to that plugin, with the audit records of the calls under it.
 *
 * `DELETE …/vertex-ai/mandates/{id}` revokes one: its user, an administrator, or that plugin at the end of the deployment. The body may
 * state the reason as `because`. `DELETE …/vertex-ai/mandates?deployment={id}` revokes those of a deployment.
 */
export function createMandateHandlers(options: {
  gate: Gate;
  stores: OpenStores;
  records: MandateRecords;
  audit: AuditRecords;
  catalog: CatalogReader;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  userInfo: UserInfoService;
  decide: DecidePermission;
  held: HeldPermissions;
}) {
  const { gate, records, audit, catalog, httpAuth, logger } = options;
  const { userInfo, decide, held } = options;
  const readResource = createResourceReader(options);

  /** Reads a resource as the user. Where Google does not answer in time, the answer is empty: it names no owner. */
  async function readOrEmpty(
    name: string,
    caller: DoorCaller,
    groups: string[],
  ): Promise<string> {
    try {
      return await readResource(name, caller, async () => groups);
    } catch (error) {
      logger.warn(`\`${name}\` was not read: ${(error as Error).name}`);
      return '';
    }
  }

  async function begin(request: Request, response: Response) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    const permissions = await held(credentials, PERMISSION);
    const caller = readCaller(credentials);
    const groups = await ownershipOf(userInfo, credentials)();
    const text = await readText(request);
    const facts: MandateFacts = {};
    let mandate: NewMandate | undefined;
    while (!mandate) {
      const step = gate.newMandate(caller, groups, text, facts);
      if ('entities' in step) {
        Object.assign(facts, await catalog.around(step.entities));
      } else if ('resources' in step) {
        const inner = { ...caller, permissions } as DoorCaller;
        const read = async (name: string) =>
          [name, await readOrEmpty(name, inner, groups)] as const;
        facts.resources = Object.fromEntries(
          await Promise.all(step.resources.map(read)),
        );
      } else {
        mandate = step.mandate;
      }
    }
    const id = await records.begin(mandate, PERMISSION);
    const { deployment, user, entity, expiresAt } = mandate;
    logger.info('A user delegates a deployment', {
      mandate: id,
      deployment,
      user,
      entity,
      permission: PERMISSION,
      expiresAt,
    });
    response.status(201).json({ id, expiresAt });
  }

  async function readAny(request: Request) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user', 'service'],
    });
    const mandate = await records.read(request.params.id);
    return { credentials, caller: readCaller(credentials), mandate };
  }

  async function show(request: Request, response: Response) {
    const { caller, mandate } = await readAny(request);
    Gate.checkMandateSight(mandate?.user, caller);
    const calls = await audit.under(request.params.id);
    response.json({ ...mandate, calls });
  }

  async function revoke(request: Request, response: Response) {
    const { credentials, caller, mandate } = await readAny(request);
    await revokeThese(mandate ? [mandate] : [], request, credentials, caller);
    response.status(204).end();
  }

  async function revokeOf(request: Request, response: Response) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user', 'service'],
    });
    const open = await records.open(String(request.query.deployment));
    const caller = readCaller(credentials);
    await revokeThese(open, request, credentials, caller);
    response.status(204).end();
  }

  /** Revokes mandates if the caller may revoke each of them. */
  async function revokeThese(
    mandates: ShownMandate[],
    request: Request,
    credentials: BackstageCredentials,
    caller: DoorCaller,
  ) {
    const decision = await decide('vertex-ai.administer', credentials);
    const text = await readText(request);
    const users =
      mandates.length > 0 ? mandates.map(it => it.user) : [undefined];
    const [because] = users.map(user =>
      Gate.mandateRevocation(user, caller, decision, text),
    );
    for (const { id } of mandates) {
      await records.revoke(id, because);
      logger.info('A mandate is revoked', { mandate: id, because });
    }
  }

  const answering =
    (handle: typeof begin) => async (request: Request, response: Response) => {
      try {
        await handle(request, response);
      } catch (error) {
        answerError(response, error, logger);
      }
    };
  return {
    begin: answering(begin),
    show: answering(show),
    revoke: answering(revoke),
    revokeOf: answering(revokeOf),
  };
}
