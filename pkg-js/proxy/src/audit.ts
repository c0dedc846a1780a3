import type { Knex } from 'knex';

const TABLE = 'vertex_ai_audit';

/** What is about to happen. */
export interface Intention {
  /** The record's id; Google's own log has it too, in the request reason. */
  id: string;
  userRef: string;
  /** Ownership refs of the user at this moment: who started an operation is remembered as they were. */
  ownership: string[];
  actor?: string;
  method: string;
  resource: string;
  reason: string;
}

/** What came of it. */
export interface Outcome {
  succeeded: boolean;
  status?: number;
  operation?: string;
  error?: string;
}

/** Records of calls that change something: one row each, written before the call is made. */
export class AuditRecords {
  constructor(private readonly client: Knex) {}

  /** Writes down what is about to happen; where this throws, it must not happen. */
  async begin(intention: Intention): Promise<void> {
    await this.client(TABLE).insert({
      id: intention.id,
      created_at: new Date().toISOString(),
      user_ref: intention.userRef,
      ownership: JSON.stringify(intention.ownership),
      actor: intention.actor,
      method: intention.method,
      resource: intention.resource,
      reason: intention.reason,
      outcome: 'pending',
    });
  }

  async end(id: string, outcome: Outcome): Promise<void> {
    await this.client(TABLE)
      .where({ id })
      .update({
        outcome: outcome.succeeded ? 'succeeded' : 'failed',
        http_status: outcome.status,
        operation: outcome.operation,
        error: outcome.error,
        finished_at: new Date().toISOString(),
      });
  }

  /** The user who started an operation, as they were then. */
  async starter(
    operation: string,
  ): Promise<{ ref: string; ownership: string[] } | undefined> {
    const row = await this.client(TABLE)
      .where({ operation })
      .orderBy('created_at', 'desc')
      .first('user_ref', 'ownership');
    return row && { ref: row.user_ref, ownership: JSON.parse(row.ownership) };
  }

  /** Whether a user has changed a policy since a time (RFC 3339), or may have: only an answer that refuses says that they have not. */
  async mayHaveChangedPolicy(userRef: string, since: string): Promise<boolean> {
    const calls = await this.client(TABLE)
      .where({ user_ref: userRef })
      .where('created_at', '>=', since)
      .where('method', 'like', '%.setIamPolicy')
      .select('outcome', 'http_status');
    return calls.some(
      ({ outcome, http_status: status }) =>
        outcome !== 'failed' || !(status >= 400 && status < 500),
    );
  }
}
