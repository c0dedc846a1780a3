// The whole portal, started by two processes at once on a PostgreSQL database that has the tables of Backstage, but none of ours.
import assert from 'node:assert/strict';
import { withTables } from './tables.mjs';

const PROXY_LOCK = 'vertex_ai_migrations_lock';
const BACKEND_LOCK = 'knex_migrations_lock';
/** Backstage makes these for each plugin before any code of the plugin runs; of two processes that do so at once, one may end. */
const OF_CORE = 'backstage_backend_public_keys';

/** Removes the tables of a plugin, and those that Backstage's scheduler has made for it, as if our packages had just been installed. */
async function removeTables(plugin) {
  await withTables(plugin, async client => {
    const tables = await client('pg_tables')
      .where({ schemaname: 'public' })
      .pluck('tablename');
    assert.ok(tables.length > 3, `${plugin} has ${tables.length} tables`);
    for (const table of tables.filter(name => !name.startsWith(OF_CORE))) {
      await client.raw('drop table ?? cascade', [table]);
    }
  });
}

export async function startAtOnce(portal) {
  await portal.stop();
  // Without our packages, neither plugin has a table.
  await removeTables('proxy');
  await removeTables('vertex-ai');
  await portal.start();
  const locks = await Promise.all([
    withTables('proxy', client => client(PROXY_LOCK).pluck('is_locked')),
    withTables('vertex-ai', client => client(BACKEND_LOCK).pluck('is_locked')),
  ]);
  assert.deepEqual(locks, [[0], [0]]);
}
