import type { DatabaseService } from '@backstage/backend-plugin-api';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { setTimeout as pause } from 'node:timers/promises';
import { query } from './query';

/** Any number, the same in each process: the lock of migrations and of `alone`. */
const LOCK = 1_226_112_700;
const TRIES = 20;

export const isPostgres = (client: Knex) =>
  String(client.client.config.client).startsWith('pg');

/** Returns the plugin's database with its tables. Any number of processes may call it at once. */
export async function migrate(database: DatabaseService): Promise<Knex> {
  const client = await query(() => database.getClient());
  if (database.migrations?.skip) return client;
  const directory = resolvePackagePath(
    '@backstage-vertex-ai/plugin-vertex-ai-backend',
    'migrations',
  );
  for (let tried = 1; ; tried += 1) {
    try {
      await query(() => migrateOnce(client, directory));
      return client;
    } catch (error) {
      if (tried === TRIES) throw error;
      // SQLite has no lock to wait for: of two processes, one is told that the database is busy.
      await pause(50 + Math.random() * 200);
    }
  }
}

/** Knex's own lock does not hold while its tables are missing: one transaction makes everything, or nothing. */
function migrateOnce(client: Knex, directory: string): Promise<void> {
  return client.transaction(async trx => {
    await lock(trx);
    await trx.migrate.latest({ directory });
  });
}

/**
 * Does work at a time when no other process of this plugin does it: the first task of Backstage's scheduler makes tables of its own in the
 * plugin's schema, a race that a second process loses for as long as it runs.
 */
export async function alone(
  client: Knex,
  work: () => Promise<void>,
): Promise<void> {
  // The work needs a second connection. Replicas share no SQLite.
  const isShared = isPostgres(client) && client.client.pool.max > 1;
  if (!isShared) return work();
  return query(() =>
    client.transaction(async trx => {
      await lock(trx);
      await work();
    }),
  );
}

/** Waits for the lock, and holds it until the end of the transaction. SQLite has none. */
async function lock(trx: Knex.Transaction): Promise<void> {
  if (!isPostgres(trx)) return;
  await trx.raw('select pg_advisory_xact_lock(?)', [LOCK]);
}
