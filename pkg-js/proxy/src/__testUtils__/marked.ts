import type { Knex } from 'knex';

/** Returns the tables and columns of a SQLite database that hold a text, in alphabetical order. */
export async function marked(client: Knex, marker: string): Promise<string[]> {
  const places = new Set<string>();
  const tables: string[] = await client('sqlite_master')
    .where({ type: 'table' })
    .pluck('name');
  for (const table of tables) {
    for (const row of await client(table)) {
      for (const [column, value] of Object.entries(row)) {
        if (String(value).includes(marker)) places.add(`${table}.${column}`);
      }
    }
  }
  return [...places].sort();
}
