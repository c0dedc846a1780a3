import type { HttpAuthService } from '@backstage/backend-plugin-api';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import type { Request, Response } from 'express';
import type { Knex } from 'knex';
import { nameOf } from '../callers';
import type { History } from '../deployments/history';
import { listDeployments, type Filter, type Place } from '../deployments/list';
import { toDeployment } from '../deployments/row';
import type { Deployments } from '../deployments/store';
import type { DeploymentPermissions } from '../permissions';
import { Refusal } from '../refusal';
import type { Watchers } from '../watchers';

const MAX_LIMIT = 100;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface DeploymentsOptions {
  client: Knex;
  history: History;
  httpAuth: HttpAuthService;
  permissions: DeploymentPermissions;
  store: Deployments;
  watchers: Watchers;
}

/** Returns the value of a parameter that occurs at most once. */
function single(request: Request, name: string): string | undefined {
  const value = request.query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw Refusal.malformed(`the parameter \`${name}\` occurs several times`);
}

function readTime(request: Request, name: string): string | undefined {
  const text = single(request, name);
  if (text === undefined) return undefined;
  const millis = Date.parse(text);
  if (!Number.isNaN(millis)) return new Date(millis).toISOString();
  throw Refusal.malformed(
    `the parameter \`${name}\` is not a time in RFC 3339`,
  );
}

function readRef(request: Request, name: string): string | undefined {
  const text = single(request, name);
  if (text === undefined) return undefined;
  try {
    return stringifyEntityRef(parseEntityRef(text));
  } catch {
    throw Refusal.malformed(`the parameter \`${name}\` is not an entity ref`);
  }
}

function readFilter(request: Request): Filter {
  return {
    entityRef: readRef(request, 'entityRef'),
    user: readRef(request, 'user'),
    key: request.header('idempotency-key'),
    state: single(request, 'state')?.split(','),
    since: readTime(request, 'since'),
    until: readTime(request, 'until'),
  };
}

function readLimit(request: Request): number {
  const text = single(request, 'limit') ?? '20';
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw Refusal.malformed(
    `the parameter \`limit\` is not a number from 1 to ${MAX_LIMIT}`,
  );
}

const writeCursor = ({ created_at, id }: Place) =>
  Buffer.from(`${created_at} ${id}`).toString('base64url');

function readCursor(request: Request): Place | undefined {
  const text = single(request, 'cursor');
  if (text === undefined) return undefined;
  const [at, id] = Buffer.from(text, 'base64url').toString().split(' ');
  if (ID.test(id) && !Number.isNaN(Date.parse(at))) {
    return { created_at: at, id };
  }
  throw Refusal.malformed(
    'the parameter `cursor` is not a cursor that this API returned',
  );
}

/** Routes that read deployments, and the one that records a wish to cancel one. */
export function createDeploymentRoutes(options: DeploymentsOptions) {
  const { client, history, httpAuth, permissions, store, watchers } = options;

  async function list(request: Request, response: Response) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user', 'service'],
    });
    const filter = readFilter(request);
    const page = { limit: readLimit(request), after: readCursor(request) };
    const key = request.header('idempotency-key');
    const { rows, next } = await listDeployments(client, filter, page, found =>
      permissions.reachable('read', found, credentials, key),
    );
    const items = rows.map(toDeployment);
    items.forEach(item => watchers.see(item, credentials));
    response.set('cache-control', 'no-store').json({
      items,
      nextCursor: next && writeCursor(next),
    });
  }

  /** Returns a deployment that the caller may read. One that is hidden is as good as missing. */
  async function find(request: Request) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user', 'service'],
    });
    const { id } = request.params;
    const row = ID.test(id) ? await store.find(id) : undefined;
    const key = request.header('idempotency-key');
    const seen =
      row && (await permissions.reachable('read', [row], credentials, key));
    if (!seen?.has(row!)) throw Refusal.notFound();
    watchers.see(toDeployment(row!), credentials);
    return { row: row!, credentials, key };
  }

  async function read(request: Request, response: Response) {
    const { row } = await find(request);
    const expected = row.ended ? undefined : await history.expected(row);
    response
      .set('cache-control', 'no-store')
      .json({ ...toDeployment(row), expected });
  }

  async function cancel(request: Request, response: Response) {
    const { row, credentials, key } = await find(request);
    const { id } = row;
    const able = await permissions.reachable('cancel', [row], credentials, key);
    if (!able.has(row)) {
      await permissions.ensure('cancel', row.entity_ref, credentials);
    }
    const changed = await store.cancel(id, nameOf(credentials));
    if (!changed) {
      throw Refusal.because(
        409,
        'portal/refused',
        'the deployment has ended already',
      );
    }
    response.status(202).json(toDeployment(changed));
  }

  return { list, read, cancel, find };
}
