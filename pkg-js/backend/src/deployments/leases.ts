import type { DeploymentHold, Held } from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';
import { databaseTime, toText, type Clock } from '../clock';
import { LeaseLost, query } from '../query';
import { DEPLOYMENTS, type Row } from './row';

/** How long a lease is held without a sign of life, in milliseconds. */
export const LEASE_MILLIS = 10_000;

/** Leases of deployments: one runner at a time, decided by the database. The number of a lease rises with each claim. */
export class Leases {
  /** @param runner names this process */
  constructor(
    private readonly client: Knex,
    private readonly runner: string,
    private readonly clock?: Clock,
  ) {}

  private readonly at = (after = 0) =>
    databaseTime(this.client, this.clock, after) as number;

  private readonly free = (rows: Knex.QueryBuilder) =>
    rows
      .where('ended', false)
      .whereNotNull('mandate')
      // A cancelled one has nothing to wait for.
      .where(due =>
        due
          .whereNull('follows')
          .orWhere('starts_at', '<=', this.at())
          .orWhereNotNull('cancel_requested_by'),
      )
      .where(either =>
        either.whereNull('lease_until').orWhere('lease_until', '<=', this.at()),
      );

  /** Returns deployments without a runner, the oldest first. */
  async orphans(limit: number): Promise<string[]> {
    const rows = await query(() =>
      this.free(this.client(DEPLOYMENTS))
        .orderBy('created_at')
        .limit(limit)
        .select('id'),
    );
    return rows.map(({ id }: Row) => id);
  }

  /** Claims a deployment. Of any number of processes that try at once, one gets the row; the others get `undefined`. */
  async claim(id: string): Promise<Row | undefined> {
    const rows: Row[] = await query(() =>
      this.free(this.client(DEPLOYMENTS).where({ id }))
        .update({
          lease: this.client.raw('lease + 1'),
          lease_until: this.at(LEASE_MILLIS),
          runner: this.runner,
          started_at: this.client.raw('coalesce(started_at, ?)', [
            toText((this.clock ?? Date).now()),
          ]),
        })
        .returning('*'),
    );
    return rows[0];
  }

  /**
   * Prolongs this process's leases of some deployments, where they have not been taken over. Returns the rows that it still holds. The
   * lease of a deployment that this process does not run any more expires, so that another one goes on with it.
   */
  beat(
    ids: string[],
  ): Promise<Pick<Row, 'id' | 'lease' | 'cancel_requested_by'>[]> {
    return query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ runner: this.runner, ended: false })
        .whereIn('id', ids)
        .update({ lease_until: this.at(LEASE_MILLIS) })
        .returning(['id', 'lease', 'cancel_requested_by']),
    );
  }

  /** Returns the number of deployments that have a runner, of all processes. */
  async running(): Promise<number> {
    const rows: { running: number | string }[] = await query(() =>
      this.client(DEPLOYMENTS)
        .where('ended', false)
        .where('lease_until', '>', this.at())
        .count({ running: '*' }),
    );
    return Number(rows[0].running);
  }

  /**
   * Writes down what a deployment does with a deployed model, and looks at the others afterwards: of two that do so at once, at least one
   * sees the other.
   *
   * @throws LeaseLost where another process holds the lease
   */
  async hold(
    id: string,
    lease: number,
    { model, leaving }: DeploymentHold,
  ): Promise<Held> {
    const own = () => this.client<Row>(DEPLOYMENTS).where({ id, lease });
    const [row] = await query(() =>
      own().update({ held: model, leaving }).returning('created_at'),
    );
    if (!row) throw new LeaseLost();
    const others = await query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ held: model })
        .whereNot({ id })
        .select('ended', 'leaving', 'state', 'ended_at'),
    );
    const running = others.filter(({ ended }) => !ended);
    const isUsed = running.some(other => !other.leaving);
    if (leaving) {
      const isTaken = others.some(
        ({ state, ended_at }) =>
          state === 'succeeded' && ended_at! >= row.created_at,
      );
      if (isTaken) return 'taken';
      return isUsed ? 'busy' : 'free';
    }
    if (running.some(other => other.leaving)) {
      await query(() => own().update({ held: null }));
      return 'busy';
    }
    return isUsed ? 'taken' : 'free';
  }

  /** Gives a lease up `after` some milliseconds, so that others need not wait for its expiry. */
  async release(id: string, lease: number, after = 0): Promise<void> {
    await query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ id, lease, runner: this.runner })
        .update({ lease_until: this.at(after), runner: null }),
    );
  }
}
