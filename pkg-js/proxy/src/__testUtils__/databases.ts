import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';

/** A server of any version: `BACKSTAGE_TEST_DATABASE_POSTGRES…_CONNECTION_STRING` names it. */
const POSTGRES = [
  'POSTGRES_18',
  'POSTGRES_17',
  'POSTGRES_16',
  'POSTGRES_15',
  'POSTGRES_14',
] as const;

/** Databases of a test, and the PostgreSQL among them if the environment names one. */
export function createDatabases() {
  const databases = TestDatabases.create({
    ids: ['SQLITE_3', ...POSTGRES],
    disableDocker: true,
  });
  return { databases, postgres: POSTGRES.find(id => databases.supports(id)) };
}

/** Hands this database out to the plugin. */
export const databaseOf = (client: Knex) =>
  createServiceFactory({
    service: coreServices.database,
    deps: {},
    factory: () => ({ getClient: async () => client }),
  });
