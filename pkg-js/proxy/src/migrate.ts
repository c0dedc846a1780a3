import {
  type DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

// The proxy plugin owns the database and may add migrations of its own.
const TABLE = 'vertex_ai_migrations';
const LOCK_TABLE = `${TABLE}_lock`;
/** Name of the advisory lock: any constant; "vertexai" in hexadecimal. */
const ADVISORY_LOCK = ['0x76657274', '0x65786169'].map(Number);
/** SQLite waits five seconds for each attempt. */
const ATTEMPTS = 12;

/** Takes a lock that needs no table and lasts until the end of the transaction. */
const LOCKS: Record<string, (trx: Knex.Transaction) => Promise<unknown>> = {
  postgresql: trx =>
    trx.raw('select pg_advisory_xact_lock(?, ?)', ADVISORY_LOCK),
  // The first statement is a write: from then on, SQLite admits no other writer.
  sqlite3: async trx => {
    await trx.schema.createTable('vertex_ai_migrating', table => {
      table.integer('unused');
    });
    await trx.schema.dropTable('vertex_ai_migrating');
  },
};

/**
 * Mends the lock of Knex, which is of no use on an empty schema: of two processes that make it at the same time, each adds a row, and then
 * every later start fails. A process that ended in the middle leaves its row locked.
 */
async function mendLock(trx: Knex.Transaction): Promise<void> {
  if (!(await trx.schema.hasTable(LOCK_TABLE))) return;
  const [first, ...others] = await trx(LOCK_TABLE)
    .orderBy('index')
    .pluck<number[]>('index');
  await trx(LOCK_TABLE).whereIn('index', others).delete();
  await trx(LOCK_TABLE).where({ index: first }).update({ is_locked: 0 });
}

/** Migrates in one transaction: a process that ends in the middle leaves nothing behind. */
async function migrateOnce(client: Knex): Promise<void> {
  await client.transaction(async trx => {
    await LOCKS[client.client.dialect]?.(trx);
    await mendLock(trx);
    await trx.migrate.latest({
      directory: resolvePackagePath(
        '@backstage-vertex-ai/plugin-proxy-backend-module-vertex-ai',
        'migrations',
      ),
      tableName: TABLE,
    });
  });
}

/**
 * Does work at a time when no other process of this module does it: the first task of Backstage's scheduler makes tables of its own in the
 * plugin's schema, a race that a second process loses for as long as it runs.
 */
export async function alone(
  client: Knex,
  work: () => Promise<void>,
): Promise<void> {
  const { dialect, pool } = client.client;
  // The work needs a second connection. Replicas share no SQLite.
  if (dialect !== 'postgresql' || pool.max < 2) return work();
  return client.transaction(async trx => {
    await LOCKS.postgresql(trx);
    await work();
  });
}

/** Whether another process holds SQLite's lock. */
function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}

/** Clients whose errors are cleaned. */
const cleaned = new WeakSet<Knex>();

/** Keeps SQL, and the values in it, out of logs and answers: Knex writes both into the message of an error. */
function hideSql(client: Knex): void {
  if (cleaned.has(client)) return;
  cleaned.add(client);
  client.on('query-error', (error: Error & { code?: unknown }) => {
    const message = `the database failed: ${error.code ?? error.name}`;
    error.message = message;
    error.stack = `${error.name}: ${message}`;
  });
}

/** Returns the proxy plugin's database, with the tables of this module. Any number of processes may start at the same time. */
export async function migrate(database: DatabaseService): Promise<Knex> {
  const client = await database.getClient();
  hideSql(client);
  if (database.migrations?.skip) return client;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await migrateOnce(client);
      return client;
    } catch (error) {
      if (attempt === ATTEMPTS || !isBusy(error)) throw error;
    }
  }
}
