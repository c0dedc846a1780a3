import type { Knex } from 'knex';
import { toText, type Clock } from '../clock';
import { query } from '../query';
import { CONTAINER_LOGS, oldestLog } from './containerLogs';
import { DEPLOYMENTS, type Row } from './row';

const DAY = 24 * 3600 * 1000;
const BATCH = 500;

/**
 * Removes deployments that ended some days ago, with their ledgers and events, and the logs of containers after a month.
 *
 * @returns how many deployments
 */
export async function removeOld(
  client: Knex,
  days: number,
  clock: Clock = Date,
): Promise<number> {
  const before = toText(clock.now() - days * DAY);
  const oldest = oldestLog(clock);
  await query(() =>
    client(CONTAINER_LOGS).where('read_at', '<', oldest).delete(),
  );
  let removed = 0;
  for (;;) {
    const count = await query(() =>
      client.transaction(async trx => {
        const rows = await trx<Row>(DEPLOYMENTS)
          .where({ ended: true })
          .where('ended_at', '<', before)
          .limit(BATCH)
          .select('id');
        const ids = rows.map(({ id }) => id);
        await trx('vertex_ai_durations').whereIn('deployment', ids).delete();
        await trx('vertex_ai_events').whereIn('deployment', ids).delete();
        await trx(CONTAINER_LOGS).whereIn('deployment', ids).delete();
        await trx('vertex_ai_ledger').whereIn('run', ids).delete();
        await trx<Row>(DEPLOYMENTS).whereIn('id', ids).delete();
        return ids.length;
      }),
    );
    removed += count;
    if (count < BATCH) return removed;
  }
}
