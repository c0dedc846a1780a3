import {
  type AuditIntention,
  type AuditSettlement,
  Gate,
  type OperationStarter,
} from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';

const TABLE = 'vertex_ai_audit';
/** So far may the clocks of two replicas be apart, in milliseconds. */
const CLOCKS_DIFFER = 10 * 60_000;
/** What began longer ago will not be heard of again: its process ended. */
const LONGEST_CALL = 60 * 60_000;

/** Records of calls that change something: one row each, written before the call is made. */
export class AuditRecords {
  constructor(private readonly client: Knex) {}

  /** Writes the row of a call that is about to be made. */
  async begin(intention: AuditIntention): Promise<void> {
    await this.client(TABLE).insert({
      id: intention.id,
      created_at: new Date().toISOString(),
      user_ref: intention.userRef,
      ownership: JSON.stringify(intention.ownership),
      actor: intention.actor,
      method: intention.method,
      resource: intention.resource,
      reason: intention.reason,
      grant_id: intention.grant ?? null,
      outcome: 'pending',
    });
  }

  /** Completes the row of a call. */
  async settle(settlement: AuditSettlement): Promise<void> {
    await this.client(TABLE).where({ id: settlement.id }).update({
      outcome: settlement.outcome,
      http_status: settlement.status,
      operation: settlement.operation,
      error: settlement.error,
      finished_at: new Date().toISOString(),
    });
  }

  /** Returns the user who started an operation, as they were then. */
  async starter(operation: string): Promise<OperationStarter | undefined> {
    const row = await this.client(TABLE)
      .where({ operation })
      .orderBy('created_at', 'desc')
      .first('user_ref', 'ownership', 'created_at');
    return (
      row && {
        ref: row.user_ref,
        ownership: JSON.parse(row.ownership),
        at: Date.parse(row.created_at),
      }
    );
  }

  /**
   * The resources whose policies somebody changed under a record of rights, or may have changed: with calls that name the record,
   * or name none and came while it was open. The core says what a call may have done. `underWay`: of one it is not known yet.
   */
  async policiesChanged(under: {
    id: string;
    givenBy: string;
    /** RFC 3339 */
    begunAt: string;
    /** RFC 3339 */
    endsAt?: string;
  }): Promise<{ changed: Set<string>; underWay: boolean }> {
    const since = new Date(Date.parse(under.begunAt) - CLOCKS_DIFFER);
    const until = under.endsAt
      ? Date.parse(under.endsAt) + CLOCKS_DIFFER
      : Infinity;
    const rows = await this.client(TABLE)
      .where({ user_ref: under.givenBy })
      .whereNot({ outcome: 'unsent' })
      .where(which =>
        which
          .where({ grant_id: under.id })
          .orWhere(unnamed =>
            unnamed
              .whereNull('grant_id')
              .where('created_at', '>=', since.toISOString()),
          ),
      )
      .select('method', 'resource', 'http_status', 'outcome', 'created_at');
    const calls = rows.filter(
      ({ method, http_status: status, created_at: begun }) =>
        Date.parse(begun) <= until &&
        Gate.mayHaveChangedPolicy(method, status ?? undefined),
    );
    return {
      changed: new Set(calls.map(({ resource }) => resource)),
      underWay: calls.some(
        ({ outcome, created_at: begun }) =>
          outcome === 'pending' &&
          Date.parse(begun) + LONGEST_CALL > Date.now(),
      ),
    };
  }
}
