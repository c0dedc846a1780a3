import {
  type Gate,
  iamPlan,
  type IamPlanRequest,
  type IamAccessRequest,
} from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';

const TABLE = 'vertex_ai_grants';

const HOUR = 3_600_000;

/** The names of those that no date ends. */
export const undatedOf = (rights?: IamAccessRequest): string[] =>
  (rights?.grants ?? [])
    .filter(({ expiry }) => expiry === 'revocation')
    .map(({ name }) => name);

/** What such a name says: on what, and which role. */
export function readName(right: string): { resource: string; role: string } {
  const [resource, role] = right.split(' ');
  return { resource, role };
}

/** The rights that were asked for; nothing where this version cannot read the request. */
export function rightsOf(
  request: IamPlanRequest,
): IamAccessRequest | undefined {
  // As if they were asked for now: nothing is planned that is over.
  const expiresAt = new Date(Date.now() + HOUR).toISOString();
  try {
    return iamPlan({ ...request, expiresAt }).request;
  } catch {
    return undefined;
  }
}

/** On what rights are given by policies, the project itself included, as the gate names it; nothing where it cannot be read. */
export function resourcesOf(request: IamPlanRequest, gate: Gate): string[] {
  const rights = rightsOf(request);
  if (!rights) return [];
  const { project, grants } = rights;
  const named = grants.map(({ resource }) => resource);
  return [`projects/${project}`, ...named].map(name => gate.recordedName(name));
}

/** Rights that somebody is about to give. */
export interface Grant {
  givenBy: string;
  /** What was asked for; it holds no token. */
  request: IamPlanRequest;
  /** Those that no date ends and that have not been taken back, by name. */
  undated: string[];
  /** RFC 3339 */
  endsAt: string;
}

/** Rights that have not been taken back. */
export interface OpenGrant extends Grant {
  id: string;
  /** RFC 3339: when it was recorded. */
  begunAt: string;
  tries: number;
  /** RFC 3339: they are not looked at before. */
  nextTryAt: string;
  /** Why the last try failed. */
  lastError?: string;
}

/** Rights that were given through the portal: one row each, which stays; it is done when Google says that they are taken back. */
export class GrantRecords {
  constructor(private readonly client: Knex) {}

  /** Writes down what is about to be given; where this throws, it must not be. */
  async begin(grant: Grant): Promise<string> {
    const id = randomUUID();
    await this.client(TABLE).insert({
      id,
      created_at: new Date().toISOString(),
      given_by: grant.givenBy,
      request: JSON.stringify(grant.request),
      undated: JSON.stringify(grant.undated),
      ends_at: grant.endsAt,
      tries: 0,
      next_try_at: grant.endsAt,
    });
    return id;
  }

  /** All that have not been taken back, the first to end first. */
  async open(): Promise<OpenGrant[]> {
    const rows = await this.client(TABLE)
      .whereNull('done_at')
      .orderBy('ends_at');
    return rows.map(row => ({
      id: row.id,
      begunAt: row.created_at,
      givenBy: row.given_by,
      request: JSON.parse(row.request),
      undated: JSON.parse(row.undated),
      endsAt: row.ends_at,
      tries: row.tries,
      nextTryAt: row.next_try_at,
      lastError: row.last_error ?? undefined,
    }));
  }

  async done(id: string): Promise<void> {
    await this.client(TABLE).where({ id }).update({
      done_at: new Date().toISOString(),
      done_because: 'taken back',
      last_error: null,
    });
  }

  /** Some were taken back; these were given again for longer. */
  async narrow(id: string, undated: string[]): Promise<void> {
    await this.client(TABLE)
      .where({ id })
      .update({ undated: JSON.stringify(undated), last_error: null, tries: 0 });
  }

  /** When a user recorded rights that have not ended; nothing where there is no such record of theirs. */
  async begunBy(givenBy: string, id: string): Promise<string | undefined> {
    return (await this.lasting(givenBy, id))?.created_at;
  }

  /** What such a record asks for. */
  async askedFor(
    givenBy: string,
    id: string,
  ): Promise<IamPlanRequest | undefined> {
    const row = await this.lasting(givenBy, id);
    return row && JSON.parse(row.request);
  }

  private lasting(givenBy: string, id: string) {
    return this.client(TABLE)
      .where({ id, given_by: givenBy })
      .whereNull('done_at')
      .whereNull('done_because')
      .where('ends_at', '>', new Date().toISOString())
      .first('created_at', 'request');
  }

  /**
   * From now on nothing is given under this record. It is not done yet: should nothing more be heard of who closed it, it is
   * looked at when it ends. Gives whether it was open: of two who close it, one has.
   */
  async close(id: string): Promise<boolean> {
    const closed = await this.client(TABLE)
      .where({ id })
      .whereNull('done_at')
      .whereNull('done_because')
      .update({ done_because: 'closed' });
    return closed === 1;
  }

  /** Something was given under it, or may be: so it goes on. */
  async reopen(id: string): Promise<void> {
    await this.client(TABLE)
      .where({ id })
      .whereNull('done_at')
      .update({ done_because: null });
  }

  /** Under this record nothing was given. */
  async withdraw(id: string): Promise<void> {
    await this.client(TABLE).where({ id }).whereNull('done_at').update({
      done_at: new Date().toISOString(),
      done_because: 'withdrawn: nothing was given',
    });
  }

  /** A try begins. Where nothing more is heard of it, the next one is then. */
  async trying(id: string, nextTryAt: Date): Promise<void> {
    await this.client(TABLE)
      .where({ id })
      .update({
        last_error: 'the last try was not carried to its end',
        next_try_at: nextTryAt.toISOString(),
      })
      .increment('tries');
  }

  async failed(id: string, error: string): Promise<void> {
    await this.client(TABLE).where({ id }).update({ last_error: error });
  }
}
