import type { Knex } from 'knex';
import { query } from '../query';
import { DEPLOYMENTS, LISTED, type ListedRow, type Row } from './row';

/** What a list of deployments is narrowed to. */
export interface Filter {
  entityRef?: string;
  user?: string;
  /** The idempotency key under which they were started. */
  key?: string;
  state?: string[];
  /** RFC 3339; included. */
  since?: string;
  /** RFC 3339; excluded. */
  until?: string;
}

/** The place of a row in the list, newest first. */
export type Place = Pick<Row, 'created_at' | 'id'>;

/** Number of rows in a read after the first one. */
const PAGE = 100;
/** Bounds the rows that one request reads, where most of them are hidden from its caller. */
const MAX_PAGES = 10;

/**
 * Returns the newest deployments that a caller may see, and the place where the next page begins.
 *
 * @param visible returns those of some rows that the caller may see
 */
export async function listDeployments(
  client: Knex,
  filter: Filter,
  { limit, after }: { limit: number; after?: Place },
  visible: (rows: ListedRow[]) => Promise<Set<ListedRow>>,
): Promise<{ rows: ListedRow[]; next?: Place }> {
  const found: ListedRow[] = [];
  let place = after;
  // Most callers may see every row: the first read has what the list shows, and one row more.
  let size = limit + 1;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const rows = await readPage(client, filter, size, place);
    const seen = await visible(rows);
    for (const row of rows) {
      if (found.length === limit) return { rows: found, next: place };
      if (seen.has(row)) found.push(row);
      place = { created_at: row.created_at, id: row.id };
    }
    if (rows.length < size) return { rows: found };
    size = PAGE;
  }
  return { rows: found, next: place };
}

function readPage(
  client: Knex,
  { entityRef, user, key, state, since, until }: Filter,
  size: number,
  place?: Place,
): Promise<ListedRow[]> {
  return query(async () => {
    const rows = client<Row>(DEPLOYMENTS)
      .select(LISTED)
      .orderBy([
        { column: 'created_at', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])
      .limit(size);
    if (entityRef) rows.where('entity_ref', entityRef);
    if (key) rows.where('idempotency_key', key);
    if (user) rows.where('user_ref', user);
    if (state) rows.whereIn('state', state);
    if (since) rows.where('created_at', '>=', since);
    if (until) rows.where('created_at', '<', until);
    if (place) {
      rows.whereRaw('(created_at, id) < (?, ?)', [place.created_at, place.id]);
    }
    return rows;
  });
}
