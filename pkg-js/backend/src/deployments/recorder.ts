import type { DeploymentEvent } from '@backstage-vertex-ai/core/server';
import { deploymentAfter } from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';
import { EventEmitter } from 'node:events';
import { toText, type Clock } from '../clock';
import { DatabaseFailure, LeaseLost, NothingLeft, query } from '../query';
import { DEPLOYMENTS, type Row } from './row';

export const EVENTS = 'vertex_ai_events';
/**
 * Time after which a request whose answer is lost has reached Google or never will, and a bit, in milliseconds: from then on, audit records
 * can be settled.
 */
const SETTLE_MILLIS = 65_000;

/** An event of a deployment, as it is stored. */
export interface StoredEvent {
  seq: number;
  at: string;
  type: 'progress' | 'state';
  data: object;
}

/** A deployment that has another state than before. */
export interface Moved {
  id: string;
  entityRef: string;
  user: string;
  state: string;
}

/** A row after an event, and whether its state is new. */
interface Recorded {
  row: Row;
  moved: boolean;
}

/** What an event is recorded with. */
interface Recording {
  /** Number of the lease that the writer holds, where it is a runner. */
  lease?: number;
  set?: Partial<Row>;
  /** Nothing is recorded once the deployment has its mandate. */
  unlaunched?: boolean;
}

/** Events of deployments. What an event makes of a deployment is the core's. */
export class Recorder {
  /** Emits `change` with the id of a deployment that has a new event, and `moved` where its state is new; in this process only. */
  readonly changes = new EventEmitter().setMaxListeners(0);

  constructor(
    protected readonly client: Knex,
    protected readonly clock: Clock,
  ) {}

  /**
   * Records an event.
   *
   * @returns the row; `undefined` where the event comes too late
   * @throws LeaseLost where another runner holds the lease
   */
  async record(
    id: string,
    event: DeploymentEvent,
    more: Recording = {},
  ): Promise<Row | undefined> {
    for (let tried = 1; ; tried += 1) {
      try {
        const made = await query(() => this.recordOnce(id, event, more));
        if (made) this.tell(made);
        return made?.row;
      } catch (error) {
        const again = error instanceof DatabaseFailure && error.isTransient;
        if (!again || tried === 3) throw error;
      }
    }
  }

  /**
   * Lets a deployment that failed or was cancelled go on with its removal, under another mandate.
   *
   * @param prepare what belongs to the same transaction; returns whether the run has anything to remove
   * @returns `undefined` where the deployment has not ended so, or has nothing to remove
   */
  async reopen(
    id: string,
    mandate: string,
    prepare: (trx: Knex, row: Row) => Promise<boolean>,
  ): Promise<Row | undefined> {
    const reopened = await query(() =>
      this.client.transaction(async trx => {
        const open = {
          state: 'removing',
          ended: false,
          ended_at: null,
          lease_until: null,
          runner: null,
          crashes: 0,
          mandate,
          mandate_open: true,
        };
        // Locks the row before it is read, on both databases.
        const [row]: Row[] = await trx<Row>(DEPLOYMENTS)
          .where({ id, ended: true })
          .whereIn('state', ['failed', 'cancelled'])
          .update({ ...open, last_event: trx.raw('last_event + 1') as never })
          .returning('*');
        if (!row) return undefined;
        if (!(await prepare(trx, row))) throw new NothingLeft();
        const life = { ...JSON.parse(row.life), state: open.state };
        const changed = { life: JSON.stringify(life) };
        await trx<Row>(DEPLOYMENTS).where({ id }).update(changed);
        await trx(EVENTS).insert({
          deployment: id,
          seq: row.last_event,
          created_at: toText(this.clock.now()),
          type: 'state',
          data: JSON.stringify({ state: open.state }),
        });
        return { ...row, ...changed };
      }),
    ).catch(error => {
      if (error instanceof NothingLeft) return undefined;
      throw error;
    });
    if (reopened) this.tell({ row: reopened, moved: true });
    return reopened;
  }

  private tell({ row, moved }: Recorded): void {
    const { id, entity_ref: entityRef, user_ref: user, state } = row;
    this.changes.emit('change', id);
    if (moved) this.tellMoved({ id, entityRef, user, state });
  }

  protected tellMoved(moved: Moved): void {
    this.changes.emit('moved', moved);
  }

  private recordOnce(
    id: string,
    event: DeploymentEvent,
    { lease, set, unlaunched }: Recording,
  ): Promise<Recorded | undefined> {
    return this.client.transaction(async trx => {
      // Locks the row before it is read, on both databases.
      const locked = await trx<Row>(DEPLOYMENTS)
        .where({ id })
        .update({ last_event: trx.raw('last_event + 1') as never })
        .returning('*');
      const [row] = locked as Row[];
      if (!row) return undefined;
      if (lease !== undefined && lease !== row.lease) throw new LeaseLost();
      const at = toText(this.clock.now());
      const next =
        unlaunched && row.mandate
          ? null
          : deploymentAfter(JSON.parse(row.life), event, at);
      if (!next) {
        await trx<Row>(DEPLOYMENTS)
          .where({ id })
          .update({ last_event: row.last_event - 1 });
        return undefined;
      }
      const changed: Partial<Row> = {
        life: JSON.stringify(next.life),
        state: next.life.state,
        ended: next.ended,
        ...(next.ended && {
          ended_at: at,
          lease_until: null,
          runner: null,
          settle_at: row.mandate && Date.parse(at) + SETTLE_MILLIS,
        }),
        ...set,
      };
      await trx<Row>(DEPLOYMENTS).where({ id }).update(changed);
      const { progress } = event as { progress?: object };
      await trx(EVENTS).insert({
        deployment: id,
        seq: row.last_event,
        created_at: at,
        type: progress && !next.moved ? 'progress' : 'state',
        data: JSON.stringify({ state: next.life.state, ...progress }),
      });
      return { row: { ...row, ...changed }, moved: next.moved };
    });
  }

  /** Returns events of a deployment after the one with a number. */
  async events(
    deployment: string,
    after: number,
    limit = 200,
  ): Promise<StoredEvent[]> {
    const rows = await query(() =>
      this.client(EVENTS)
        .where({ deployment })
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(limit),
    );
    return rows.map(({ seq, created_at, type, data }) => ({
      seq,
      at: created_at,
      type,
      data: JSON.parse(data),
    }));
  }

  /** Returns the numbers of the last events of deployments. */
  async lastEvents(ids: string[]): Promise<Map<string, number>> {
    const rows = await query(() =>
      this.client<Row>(DEPLOYMENTS)
        .whereIn('id', ids)
        .select('id', 'last_event'),
    );
    return new Map(rows.map(row => [row.id, row.last_event]));
  }
}
