import type {
  ContainerLog,
  DeploymentLog,
} from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';
import { toText, type Clock } from '../clock';
import { LeaseLost, query } from '../query';
import { DEPLOYMENTS, type Row } from './row';

export const CONTAINER_LOGS = 'vertex_ai_container_logs';

/** How long the log of a container stays: 30 days, in milliseconds. */
const STAYS = 30 * 24 * 3600 * 1000;

/** When the oldest log that is still served was read. */
export const oldestLog = (clock: Clock) => toText(clock.now() - STAYS);

/** What deployments that failed have read of their containers' logs. */
export class ContainerLogs {
  constructor(
    private readonly client: Knex,
    private readonly clock: Clock = Date,
  ) {}

  /**
   * Keeps a log while a lease is held, in place of an earlier one.
   *
   * @throws LeaseLost where another runner holds the lease, or the deployment has ended
   */
  async keep(
    deployment: string,
    lease: number,
    log: ContainerLog,
  ): Promise<void> {
    const row = {
      deployment,
      read_at: toText(this.clock.now()),
      log: JSON.stringify(log),
    };
    await query(() =>
      this.client.transaction(async trx => {
        const held = await trx<Row>(DEPLOYMENTS)
          .where({ id: deployment, lease, ended: false })
          .update({ lease });
        if (held !== 1) throw new LeaseLost();
        await trx(CONTAINER_LOGS).insert(row).onConflict('deployment').merge();
      }),
    );
  }

  async read(deployment: string): Promise<DeploymentLog> {
    const row = await query(() =>
      this.client(CONTAINER_LOGS)
        .where({ deployment })
        .where('read_at', '>=', oldestLog(this.clock))
        .first(),
    );
    return row ? { log: JSON.parse(row.log), readAt: row.read_at } : {};
  }
}
