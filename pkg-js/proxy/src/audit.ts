import {
  type AuditIntention,
  type AuditResolution,
  type AuditSettlement,
  type Doubt,
  Gate,
  type MandateCall,
  type OperationStarter,
} from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';

const TABLE = 'vertex_ai_audit';
/** Maximum number of a mandate's records that are listed. */
const MAX_LISTED = 200;

/** A change beside one without a known outcome. */
interface Other {
  id: string;
  clue: string;
  resource: string;
  created_at: string;
  operation: string | null;
  outcome: string;
}

/** Whether it is known which operation the change has started. */
const isNamed = ({ outcome, operation }: Other) =>
  outcome === 'succeeded' && operation !== null;

const latest = (rows: Other[]) =>
  rows.length > 0
    ? Math.max(...rows.map(row => Date.parse(row.created_at)))
    : undefined;

/** When a call had ended at the latest: no call lasts longer, even if its process has ended without a word. */
function earliest(finishedAt: string | null, latestEnd: number) {
  const end = finishedAt ? Date.parse(finishedAt) : Infinity;
  const known = Math.min(end, latestEnd);
  return known <= Date.now() ? known : undefined;
}

/** Audit records: one row for each call that changes something, written before the call is sent. */
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
      clue: intention.clue ?? null,
      mandate_id: intention.mandate ?? null,
      outcome: 'pending',
    });
  }

  /** Completes the row of a call. */
  async settle(settlement: AuditSettlement): Promise<void> {
    await this.client(TABLE)
      .where({ id: settlement.id })
      .whereIn('outcome', settlement.over)
      .update({
        outcome: settlement.outcome,
        http_status: settlement.status,
        operation: settlement.operation,
        error: settlement.error,
        finished_at: new Date().toISOString(),
      });
  }

  /** Completes the rows of calls whose process has ended: they are pending for longer than a call can last. */
  async sweep(): Promise<void> {
    const now = Date.now();
    const begun = new Date(now - Gate.facts().longestCall).toISOString();
    await this.client(TABLE)
      .where({ outcome: 'pending' })
      .where('created_at', '<', begun)
      .update({
        outcome: 'unknown',
        error: 'the process ended before the call did',
        finished_at: new Date(now).toISOString(),
      });
  }

  /** Returns the user's calls without a known outcome that are about one of these resources. */
  async doubts(about: {
    user: string;
    resources: string[];
    /** Milliseconds since 1970. */
    since: number;
  }): Promise<Doubt[]> {
    const rows = await this.client(TABLE)
      .whereIn('outcome', ['pending', 'unknown'])
      .where({ user_ref: about.user })
      .whereIn('resource', about.resources)
      .whereNotNull('clue')
      .where('created_at', '>=', new Date(about.since).toISOString());
    if (rows.length === 0) return [];
    const others = await this.othersOf(rows);
    const { longestCall } = Gate.facts();
    return rows.map(row => {
      const begunAt = Date.parse(row.created_at);
      const rivals = others.filter(
        ({ id, clue }) => clue === row.clue && id !== row.id,
      );
      return {
        id: row.id,
        method: row.method,
        resource: row.resource,
        clue: row.clue,
        begunAt,
        endedAt: earliest(row.finished_at, begunAt + longestCall),
        isIdle: Boolean(row.idle),
        operation: row.operation ?? undefined,
        rivalAt: latest(rivals),
        namelessAt: latest(rivals.filter(other => !isNamed(other))),
        taken: others.filter(isNamed).map(({ operation }) => operation!),
      };
    });
  }

  /** Returns the changes that may have made what answers about these rows show: those with the same clue or resource. */
  private async othersOf(rows: Other[]): Promise<Other[]> {
    const first = rows.map(row => row.created_at).sort()[0];
    const since = Date.parse(first) - Gate.facts().clockSkew;
    return this.client(TABLE)
      .whereIn('outcome', ['succeeded', 'pending', 'unknown'])
      .where('created_at', '>=', new Date(since).toISOString())
      .where(which =>
        which
          .whereIn('clue', [...new Set(rows.map(row => row.clue))])
          .orWhereIn('resource', [...new Set(rows.map(row => row.resource))]),
      )
      .select('id', 'clue', 'resource', 'created_at', 'operation', 'outcome');
  }

  /** Notes what a later answer shows about a call. Returns whether its outcome was not known until now. */
  async resolve(resolution: AuditResolution): Promise<boolean> {
    const resolved = await this.client(TABLE)
      .where({ id: resolution.id })
      .whereIn('outcome', ['pending', 'unknown'])
      .update({
        outcome: resolution.outcome,
        operation: resolution.operation ?? null,
        idle: resolution.isIdle,
        evidence: resolution.evidence,
      });
    return resolved === 1;
  }

  /** Returns the records of the calls under a mandate, oldest first. */
  async under(mandate: string): Promise<MandateCall[]> {
    const rows = await this.client(TABLE)
      .where({ mandate_id: mandate })
      .orderBy([{ column: 'created_at' }, { column: 'id' }])
      .limit(MAX_LISTED)
      .select('id', 'created_at', 'method', 'resource', 'outcome')
      .select('http_status');
    return rows.map(row => ({
      id: row.id,
      at: row.created_at,
      method: row.method,
      resource: row.resource,
      outcome: row.outcome,
      status: row.http_status ?? undefined,
    }));
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

  /** Returns the resources whose policies the user may have changed under a grant record: with calls that name it, or none. */
  async policiesChanged(under: {
    id: string;
    givenBy: string;
    /** RFC 3339 */
    begunAt: string;
    /** RFC 3339 */
    endsAt?: string;
  }): Promise<{ changed: Set<string>; underWay: boolean }> {
    const since = Date.parse(under.begunAt) - Gate.facts().clockSkew;
    const rows = await this.client(TABLE)
      .where({ user_ref: under.givenBy })
      .whereNot({ outcome: 'unsent' })
      .where(which =>
        which
          .where({ grant_id: under.id })
          .orWhere(unnamed =>
            unnamed
              .whereNull('grant_id')
              .where('created_at', '>=', new Date(since).toISOString()),
          ),
      )
      .select('method', 'resource', 'http_status', 'outcome', 'created_at');
    const { changed, underWay } = Gate.policyChanges(
      rows.map(row => ({
        method: row.method,
        resource: row.resource,
        status: row.http_status,
        outcome: row.outcome,
        begunAt: Date.parse(row.created_at),
      })),
      under.endsAt === undefined ? undefined : Date.parse(under.endsAt),
    );
    return { changed: new Set(changed), underWay };
  }
}
