import type { Knex } from 'knex';
import { databaseTime, toText, type Clock } from '../clock';
import { query } from '../query';
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

  /** Gives a lease up `after` some milliseconds, so that others need not wait for its expiry. */
  async release(id: string, lease: number, after = 0): Promise<void> {
    await query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ id, lease, runner: this.runner })
        .update({ lease_until: this.at(after), runner: null }),
    );
  }
}
