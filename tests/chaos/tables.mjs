// Tables of the portal's plugins, read by the side of the portal.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { database, postgres } from './servers.mjs';

const load = createRequire(
  new URL('../../pkg-js/backend/package.json', import.meta.url),
);
const knexFactory = load('knex');

/** Opens the database of a plugin, and closes it when the work is done. */
export async function withTables(plugin, work) {
  const client = knexFactory(
    postgres
      ? { client: 'pg', connection: ofPlugin(plugin) }
      : {
          client: 'better-sqlite3',
          connection: { filename: join(database, `${plugin}.sqlite`) },
          useNullAsDefault: true,
        },
  );
  try {
    return await work(client);
  } finally {
    await client.destroy();
  }
}

/** Backstage gives each plugin a database of its own. */
function ofPlugin(plugin) {
  const url = new URL(postgres);
  url.pathname = `/backstage_plugin_${plugin}`;
  return url.href;
}

/** The audit records of the door. */
export const auditRows = () =>
  withTables('proxy', client =>
    client('vertex_ai_audit').orderBy('created_at'),
  );
