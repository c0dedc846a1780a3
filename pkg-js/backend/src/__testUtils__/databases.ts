import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { migrate } from '../database';

/** The oldest and the newest PostgreSQL that Backstage supports, and what lies between. */
const POSTGRES = [
  'POSTGRES_18',
  'POSTGRES_17',
  'POSTGRES_16',
  'POSTGRES_15',
  'POSTGRES_14',
] as const;

/** Describes tests once for each database. Without a PostgreSQL in the environment, its tests are reported as skipped. */
export function describeOnDatabases(
  name: string,
  tests: (create: () => Promise<Knex>) => void,
) {
  const databases = TestDatabases.create({
    ids: ['SQLITE_3', ...POSTGRES],
    disableDocker: true,
  });
  const postgres = POSTGRES.find(id => databases.supports(id));
  describe(`${name}, on SQLite`, () => {
    tests(() => databases.init('SQLITE_3'));
  });
  (postgres ? describe : describe.skip)(`${name}, on PostgreSQL`, () => {
    tests(() => databases.init(postgres!));
  });
}

export const migrated = (client: Knex) =>
  migrate({ getClient: async () => client });

/** Hands this database out to the plugin. */
export const databaseOf = (client: Knex) =>
  createServiceFactory({
    service: coreServices.database,
    deps: {},
    factory: () => ({ getClient: async () => client }),
  });
