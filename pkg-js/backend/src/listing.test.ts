import { bob, Portal, REF } from './__testUtils__/portal';

const OTHER = 'component:default/other';
/** More than one request reads at once. */
const ROWS = 250;

const idOf = (at: number) =>
  `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;

let portal: Portal;
/** The limits of the reads of rows. */
let reads: number[];

beforeEach(async () => {
  portal = await new Portal().start();
  const { body } = await portal.startDeployment();
  await portal.follow(body.id);
  const template = await portal.database('vertex_ai_deployments').first();
  const rows = Array.from({ length: ROWS }, (_, at) => ({
    ...template,
    id: idOf(at),
    idempotency_key: idOf(at),
    entity_ref: at % 5 ? REF : OTHER,
    created_at: new Date(Date.UTC(2030, 0, 1) - at * 1000).toISOString(),
  }));
  await portal.database.batchInsert('vertex_ai_deployments', rows, 20);
  portal.authorized.length = 0;
  reads = [];
  portal.database.on('query', ({ sql, bindings }) => {
    if (/order by .created_at. desc/.test(sql)) reads.push(bindings.at(-1));
  });
});
afterEach(() => portal.stop());

describe('GET /deployments', () => {
  it('reads one row more than it shows, and asks once about each entity', async () => {
    const { body } = await portal.ask('/deployments?limit=50');
    expect(body.items).toHaveLength(50);
    expect(body.nextCursor).toBeDefined();
    expect(reads).toEqual([51]);
    expect(portal.authorized).toEqual([[OTHER, REF]]);
  });

  it('reads on where rows are hidden, and misses none', async () => {
    portal.permission = (_, resource) => resource !== REF;
    const found: string[] = [];
    let cursor = '';
    do {
      const path = `/deployments?limit=20${cursor}`;
      const { body } = await portal.ask(path, { as: bob });
      found.push(...body.items.map(({ id }: any) => id));
      cursor = body.nextCursor && `&cursor=${body.nextCursor}`;
    } while (cursor);
    const visible = Array.from({ length: ROWS / 5 }, (_, at) => idOf(at * 5));
    expect(found).toEqual(visible);
  });
});
