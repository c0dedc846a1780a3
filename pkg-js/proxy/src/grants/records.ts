import type {
  GrantRecord,
  IamPlanRequest,
  NewGrantRecord,
} from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';

const TABLE = 'vertex_ai_grants';

/** A record whose grants are not revoked yet; times are milliseconds since 1970. */
export interface OpenGrant extends GrantRecord {
  /** Why the last attempt to revoke them failed. */
  lastError?: string;
}

/** Returns stored names; `undefined` where a row cannot be read, so that it hides no other row. */
function readNames(text: string): string[] | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Records of access that is granted through the portal: one row each, which stays. */
export class GrantRecords {
  constructor(private readonly client: Knex) {}

  /** Writes a record. Access must not be granted if this throws. */
  async begin(givenBy: string, record: NewGrantRecord): Promise<string> {
    const id = randomUUID();
    await this.client(TABLE).insert({
      id,
      created_at: new Date().toISOString(),
      given_by: givenBy,
      request: record.request,
      undated: JSON.stringify(record.undated),
      ends_at: record.endsAt,
      tries: 0,
      next_try_at: record.endsAt,
    });
    return id;
  }

  /** Returns the open records, the first to expire first. The core judges which of them it can read. */
  async open(): Promise<OpenGrant[]> {
    const rows = await this.client(TABLE)
      .whereNull('done_at')
      .orderBy('ends_at');
    return rows.map(row => ({
      id: row.id,
      begunAt: Date.parse(row.created_at),
      givenBy: row.given_by,
      request: row.request,
      undated: readNames(row.undated)!,
      endsAt: Date.parse(row.ends_at),
      tries: row.tries,
      nextTryAt: Date.parse(row.next_try_at),
      lastError: row.last_error ?? undefined,
    }));
  }

  async done(id: string): Promise<void> {
    await this.client(TABLE).where({ id }).update({
      done_at: new Date().toISOString(),
      done_because: 'revoked',
      last_error: null,
    });
  }

  /** Keeps only these grants in a record. */
  async narrow(id: string, undated: string[]): Promise<void> {
    await this.client(TABLE)
      .where({ id })
      .update({ undated: JSON.stringify(undated), last_error: null, tries: 0 });
  }

  /** Returns when a user began an open, unexpired record. */
  async begunBy(givenBy: string, id: string): Promise<number | undefined> {
    const row = await this.unexpired(givenBy, id);
    return row && Date.parse(row.created_at);
  }

  /** Returns the access request of such a record. */
  async askedFor(
    givenBy: string,
    id: string,
  ): Promise<IamPlanRequest | undefined> {
    const row = await this.unexpired(givenBy, id);
    return row && JSON.parse(row.request);
  }

  private unexpired(givenBy: string, id: string) {
    return this.client(TABLE)
      .where({ id, given_by: givenBy })
      .whereNull('done_at')
      .whereNull('done_because')
      .where('ends_at', '>', new Date().toISOString())
      .first('created_at', 'request');
  }

  /**
   * Allows no further grant under a record, which is not done yet. Returns whether it was open: of two that close a record, one
   * succeeds.
   */
  async close(id: string): Promise<boolean> {
    const closed = await this.client(TABLE)
      .where({ id })
      .whereNull('done_at')
      .whereNull('done_because')
      .update({ done_because: 'closed' });
    return closed === 1;
  }

  async reopen(id: string): Promise<void> {
    await this.client(TABLE)
      .where({ id })
      .whereNull('done_at')
      .update({ done_because: null });
  }

  /** Marks a record under which nothing was granted. */
  async withdraw(id: string): Promise<void> {
    await this.client(TABLE).where({ id }).whereNull('done_at').update({
      done_at: new Date().toISOString(),
      done_because: 'withdrawn: nothing was granted',
    });
  }

  /** Notes an attempt to revoke the grants, and when the next one is due. */
  async trying(id: string, nextTryAt: string): Promise<void> {
    await this.client(TABLE)
      .where({ id })
      .update({
        last_error: 'the last attempt did not finish',
        next_try_at: nextTryAt,
      })
      .increment('tries');
  }

  async failed(id: string, error: string): Promise<void> {
    await this.client(TABLE).where({ id }).update({ last_error: error });
  }
}
