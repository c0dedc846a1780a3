import type { Knex } from 'knex';
import { isPostgres } from './database';

/** The clock of this process, in milliseconds since 1970. Tests have one of their own. */
export interface Clock {
  now(): number;
}

/** Returns a time `after` now, for a statement: by the clock of the database where replicas share one. */
export function databaseTime(
  client: Knex,
  clock: Clock | undefined,
  after: number,
): number | Knex.Raw {
  // All processes of a SQLite database are on one machine.
  if (clock || !isPostgres(client)) return (clock ?? Date).now() + after;
  return client.raw(
    '(extract(epoch from clock_timestamp()) * 1000)::bigint + ?',
    [after],
  );
}

export const toText = (millis: number) => new Date(millis).toISOString();
