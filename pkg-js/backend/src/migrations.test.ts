import knexFactory, { type Knex } from 'knex';
import { type ChildProcess, fork } from 'node:child_process';
import { on } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeOnDatabases, migrated } from './__testUtils__/databases';

const ROUNDS = 100;
const MIGRATIONS = readdirSync(resolve(__dirname, '../migrations')).length;

jest.setTimeout(300_000);

/** Requires every migration once, and Knex's one lock, which is open. */
async function expectWhole(client: Knex) {
  const applied = await client('knex_migrations').pluck('name');
  expect(applied).toHaveLength(MIGRATIONS);
  expect(new Set(applied).size).toBe(MIGRATIONS);
  expect(await client('knex_migrations_lock').pluck('is_locked')).toEqual([0]);
  expect(await client('vertex_ai_deployments')).toEqual([]);
}

describeOnDatabases('migrations', create => {
  let processes: ChildProcess[];
  let folder: string;
  let server: Knex;

  beforeAll(async () => {
    const program = resolve(__dirname, '__testUtils__/migrator.mjs');
    // Jest's own options are not for these processes.
    const execArgv = [
      '--require',
      require.resolve('@backstage/cli/config/nodeTransform.cjs'),
    ];
    processes = [1, 2].map(() => fork(program, { execArgv }));
    folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    server = await create();
  });

  afterAll(async () => {
    processes.forEach(process => process.kill());
    rmSync(folder, { recursive: true });
    await server.destroy();
  });

  /** Makes an empty schema, or an empty file. */
  async function emptyPlace(round: number): Promise<Knex.Config> {
    const { client, connection } = server.client.config;
    if (client !== 'pg') {
      const filename = join(folder, `${round}.sqlite`);
      return { client, connection: { filename } };
    }
    const schema = `round_${round}`;
    await server.schema.createSchema(schema);
    return { client, connection, searchPath: [schema] };
  }

  const migrateBoth = (config: Knex.Config) =>
    Promise.all(
      processes.map(async process => {
        const messages = on(process, 'message', { close: ['exit'] });
        process.send(config);
        for await (const [message] of messages) {
          // The transformation of TypeScript sends messages, too.
          if ('error' in message) return message.error;
        }
        return 'the process has ended';
      }),
    );

  it(`leave every table and one lock after two processes at the same time, ${ROUNDS} times`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const config = await emptyPlace(round);
      expect(await migrateBoth(config)).toEqual([null, null]);
      const client = knexFactory({ ...config, useNullAsDefault: true });
      await expectWhole(client);
      // A later start finds nothing to do.
      await migrated(client);
      await expectWhole(client);
      await client.destroy();
    }
  });
});

describe('migrations of a SQLite file that another process holds', () => {
  let folder: string;
  let holder: Knex;
  let client: Knex;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    const connection = { filename: join(folder, 'held.sqlite') };
    const config = { client: 'better-sqlite3', useNullAsDefault: true };
    holder = knexFactory({ ...config, connection });
    client = knexFactory({
      ...config,
      connection,
      pool: {
        // A busy database is an error at once, not after five seconds.
        afterCreate: (raw: any, done: (error?: Error) => void) => {
          raw.pragma('busy_timeout = 0');
          done();
        },
      },
    });
  });

  afterEach(async () => {
    await Promise.all([holder.destroy(), client.destroy()]);
    rmSync(folder, { recursive: true });
  });

  it('are tried again until it is free', async () => {
    const failures: string[] = [];
    // Nobody else reads or writes meanwhile.
    await holder.raw('begin exclusive');
    client.on('query-error', async ({ code }) => {
      failures.push(code);
      if (failures.length === 3) await holder.raw('commit');
    });
    await migrated(client);
    expect(failures).toEqual(Array(3).fill('SQLITE_BUSY'));
    await expectWhole(client);
  });
});
