import type { DeploymentLife } from '@backstage-vertex-ai/core/server';
import { deploymentFacts } from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';
import type { StoredRequest } from '../core';
import { toText, type Clock } from '../clock';
import type { Bounds } from '../config';
import { query, TooMany } from '../query';
import { EVENTS, Recorder, type Moved } from './recorder';
import { DEPLOYMENTS, type Row } from './row';

/** Longer than the time between two looks, and than clocks of replicas differ, in milliseconds. */
const MOMENT_MILLIS = 30_000;
/** A new deployment. */
export interface NewDeployment {
  id: string;
  kind: string;
  environment?: string;
  /** The idempotency key of the request that started it, and that request's fingerprint. */
  key?: string;
  fingerprint: string;
  /** The deployment after whose success it runs. */
  follows?: string;
  entityRef: string;
  user: string;
  actor?: string;
  request: StoredRequest;
  kin: string;
  life: DeploymentLife;
}

/** Rows of deployments. */
export class Deployments extends Recorder {
  constructor(
    client: Knex,
    clock: Clock = Date,
    private readonly bounds: Pick<
      Bounds,
      'runningPerEntity' | 'runningPerUser'
    > = { runningPerEntity: Infinity, runningPerUser: Infinity },
  ) {
    super(client, clock);
  }

  /**
   * Adds a deployment, and those that follow it.
   *
   * @throws DatabaseFailure that `isDuplicate` where the user's key is in use for the entity
   * @throws TooMany where the entity or the user has too many already
   */
  async add(...added: NewDeployment[]) {
    const at = toText(this.clock.now());
    const toRow = (one: NewDeployment) => ({
      id: one.id,
      kind: one.kind,
      entity_ref: one.entityRef,
      environment: one.environment ?? null,
      user_ref: one.user,
      actor: one.actor ?? null,
      idempotency_key: one.key ?? null,
      fingerprint: one.fingerprint,
      request: JSON.stringify(one.request),
      kin: one.kin,
      life: JSON.stringify(one.life),
      state: one.life.state,
      ended: false,
      created_at: at,
      mandate_open: false,
      lease: 0,
      crashes: 0,
      last_event: 1,
      follows: one.follows ?? null,
    });
    const toEvent = ({ id, life }: NewDeployment) => ({
      deployment: id,
      seq: 1,
      created_at: at,
      type: 'state',
      data: JSON.stringify({ state: life.state }),
    });
    await query(() =>
      this.client.transaction(async trx => {
        await trx<Row>(DEPLOYMENTS).insert(added.map(toRow));
        await trx(EVENTS).insert(added.map(toEvent));
        await this.checkBounds(trx, added[0]);
      }),
    );
    for (const { id, entityRef, user, life } of added) {
      this.tellMoved({ id, entityRef, user, state: life.state });
    }
  }

  /** Counts what has not ended, this one included: what does not fit is rolled back. */
  private async checkBounds(trx: Knex, { entityRef, user }: NewDeployment) {
    const count = (column: string, value: string) =>
      trx.raw('count(case when ?? = ? then 1 end) as ??', [
        column,
        value,
        column,
      ]);
    const [counts] = await trx(DEPLOYMENTS)
      .where({ ended: false })
      .whereNot({ state: 'scheduled' })
      .select(count('entity_ref', entityRef), count('user_ref', user));
    const { runningPerEntity, runningPerUser } = this.bounds;
    // PostgreSQL returns texts.
    if (Number(counts.entity_ref) > runningPerEntity) {
      throw new TooMany(entityRef, runningPerEntity);
    }
    if (Number(counts.user_ref) > runningPerUser) {
      throw new TooMany(user, runningPerUser);
    }
  }

  find(id: string): Promise<Row | undefined> {
    return query(() => this.client<Row>(DEPLOYMENTS).where({ id }).first());
  }

  /** Returns what a user started for an entity under a key. */
  findByKey(user: string, entityRef: string, key: string) {
    return query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ user_ref: user, entity_ref: entityRef, idempotency_key: key })
        .first(),
    );
  }

  /** Returns deployments of an entity and environment that have deployed their versions, the last one first. */
  findDeployed(
    entityRef: string,
    environment: string | undefined,
    limit: number,
  ): Promise<Row[]> {
    return query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({
          entity_ref: entityRef,
          environment: environment ?? null,
          state: 'succeeded',
        })
        .whereIn('kind', deploymentFacts().deploying)
        .orderBy('ended_at', 'desc')
        .limit(limit),
    );
  }

  /** Returns what a deployment is followed by. */
  followers(id: string): Promise<Row[]> {
    return query(() =>
      this.client<Row>(DEPLOYMENTS).where({ ended: false, follows: id }),
    );
  }

  /** Returns scheduled deployments without a time whose deployments have ended, each with that one. */
  async due(limit: number): Promise<{ row: Row; followed: Row }[]> {
    const rows = await query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ ended: false })
        .whereNotNull('follows')
        .whereNull('starts_at')
        .whereNull('cancel_requested_by')
        .whereIn(
          'follows',
          this.client<Row>(DEPLOYMENTS).where({ ended: true }).select('id'),
        )
        .limit(limit),
    );
    const followed = await query(() =>
      this.client<Row>(DEPLOYMENTS).whereIn(
        'id',
        rows.map(({ follows }) => follows!),
      ),
    );
    const byId = new Map(followed.map(row => [row.id, row]));
    return rows.map(row => ({ row, followed: byId.get(row.follows!)! }));
  }

  /** Gives a scheduled deployment its time, and the request that it then runs. */
  async schedule(id: string, startsAt: number, request: StoredRequest) {
    await query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ id, ended: false })
        .whereNull('starts_at')
        .update({ starts_at: startsAt, request: JSON.stringify(request) }),
    );
    this.changes.emit('change', id);
  }

  /** Hands a deployment its mandate. Returns whether it had none: of two that do so, one succeeds. */
  async giveMandate(id: string, mandate: string): Promise<boolean> {
    const given = await query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ id, ended: false })
        .whereNull('mandate')
        .update({ mandate, mandate_open: true }),
    );
    return given === 1;
  }

  /** Returns deployments that run under keys of the scaffolder with this beginning. */
  followedBy(keys: string): Promise<Row[]> {
    return query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ ended: false, actor: 'plugin:scaffolder' })
        .whereRaw('substr(idempotency_key, 1, ?) = ?', [keys.length, keys]),
    );
  }

  /** Notes who wishes to cancel a deployment; the first stays. Returns the row; `undefined` where the deployment has ended. */
  async cancel(id: string, by: string): Promise<Row | undefined> {
    const { cancel_requested_by: first = by } = (await this.find(id)) ?? {};
    const set = { cancel_requested_by: first ?? by };
    const changed = await this.record(id, { cancelRequested: true }, { set });
    if (changed) this.changes.emit('cancel', id);
    return changed;
  }

  /** Returns deployments that have ended, and whose mandates have not. */
  withOpenMandate(limit: number): Promise<Row[]> {
    return query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ ended: true, mandate_open: true })
        .orderBy('ended_at')
        .limit(limit),
    );
  }

  async closeMandate(id: string): Promise<void> {
    await query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ id })
        .update({ mandate_open: false }),
    );
  }

  /** Returns deployments that have ended, and whose audit records are to be settled by now. */
  toSettle(now: number, limit: number): Promise<Row[]> {
    return query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where('settle_at', '<=', now)
        .orderBy('settle_at')
        .limit(limit),
    );
  }

  /** Sets when the records are settled again. Returns whether no other process has. */
  async settleAgain(
    { id, settle_at: settleAt }: Row,
    next: number | null,
  ): Promise<boolean> {
    const set = await query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ id, settle_at: settleAt })
        .update({ settle_at: next }),
    );
    return set === 1;
  }

  /** Notes that every record is settled. */
  async settled(id: string): Promise<void> {
    await query(() =>
      this.client<Row>(DEPLOYMENTS).where({ id }).update({ settle_at: null }),
    );
  }

  /** Returns deployments that got no mandate before a time, because their start was interrupted. */
  withoutMandate(before: number, limit: number): Promise<Row[]> {
    return query(() =>
      this.client<Row>(DEPLOYMENTS)
        .where({ ended: false })
        .whereNull('mandate')
        .where('created_at', '<', toText(before))
        .limit(limit),
    );
  }

  /** Returns those deployments of entities that have not ended, or ended a moment ago. */
  async moving(entityRefs: string[]): Promise<Moved[]> {
    const since = toText(this.clock.now() - MOMENT_MILLIS);
    const rows = await query(() =>
      this.client<Row>(DEPLOYMENTS)
        .whereIn('entity_ref', entityRefs)
        .where(moving =>
          moving
            .where('ended', false)
            .orWhere(recent =>
              recent.where('ended', true).where('ended_at', '>=', since),
            ),
        )
        .select('id', 'entity_ref', 'user_ref', 'state'),
    );
    return rows.map(({ id, entity_ref, user_ref, state }) => ({
      id,
      entityRef: entity_ref,
      user: user_ref,
      state,
    }));
  }
}
