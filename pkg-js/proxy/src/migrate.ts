import {
  type DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

/** The proxy plugin's database, with this module's tables in it. */
export async function migrate(database: DatabaseService): Promise<Knex> {
  const client = await database.getClient();
  if (!database.migrations?.skip) {
    await client.migrate.latest({
      directory: resolvePackagePath(
        '@backstage-vertex-ai/plugin-proxy-backend-module-vertex-ai',
        'migrations',
      ),
      // The database is the proxy plugin's: its own migrations may come one day.
      tableName: 'vertex_ai_migrations',
    });
  }
  return client;
}
