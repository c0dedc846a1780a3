import {
  type DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

/** Returns the proxy plugin's database, with the tables of this module. */
export async function migrate(database: DatabaseService): Promise<Knex> {
  const client = await database.getClient();
  if (!database.migrations?.skip) {
    await client.migrate.latest({
      directory: resolvePackagePath(
        '@backstage-vertex-ai/plugin-proxy-backend-module-vertex-ai',
        'migrations',
      ),
      // The proxy plugin owns the database and may add migrations of its own.
      tableName: 'vertex_ai_migrations',
    });
  }
  return client;
}
