import knexFactory, { type Knex } from 'knex';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createDatabases } from './__testUtils__/databases';
import { migrate } from './migrate';

const ROUNDS = 100;
const MIGRATIONS = readdirSync(resolve(__dirname, '../migrations')).length;
const LOCK = 'vertex_ai_migrations_lock';

jest.setTimeout(300_000);

async function state(client: Knex) {
  const applied = await client('vertex_ai_migrations').pluck('name');
  const locks = await client(LOCK).pluck('is_locked');
  return { applied: applied.length, locks };
}

const whole = { applied: MIGRATIONS, locks: [0] };

describe('migrations', () => {
  const { databases, postgres } = createDatabases();

  afterEach(() => {
    jest.restoreAllMocks();
  });

  describe('on an empty schema, by two processes at the same time', () => {
    let processes: ChildProcess[];

    beforeAll(() => {
      const program = resolve(__dirname, '__testUtils__/migrator.mjs');
      // Jest's own options are not for these processes.
      const execArgv = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];
      processes = [1, 2].map(() => fork(program, { execArgv }));
    });

    afterAll(() => {
      processes.forEach(process => process.kill());
    });

    const migrateBoth = (config: Knex.Config) =>
      Promise.all(
        processes.map(async process => {
          const answer = once(process, 'message');
          process.send(config);
          const [{ error }] = await answer;
          return error;
        }),
      );

    it(`leave every table and one lock, ${ROUNDS} times on SQLite`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
      try {
        for (let round = 0; round < ROUNDS; round += 1) {
          const config = {
            client: 'better-sqlite3',
            connection: { filename: join(folder, `${round}.sqlite`) },
          };
          expect(await migrateBoth(config)).toEqual([null, null]);
          const client = knexFactory({ ...config, useNullAsDefault: true });
          expect(await state(client)).toEqual(whole);
          await client.destroy();
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    (postgres ? describe : describe.skip)('on PostgreSQL', () => {
      it(`leave every table and one lock, ${ROUNDS} times`, async () => {
        const admin = await databases.init(postgres!);
        for (let round = 0; round < ROUNDS; round += 1) {
          const schema = `round_${round}`;
          await admin.schema.createSchema(schema);
          const config = {
            client: 'pg',
            connection: admin.client.config.connection,
            searchPath: [schema],
          };
          expect(await migrateBoth(config)).toEqual([null, null]);
          const client = knexFactory(config);
          expect(await state(client)).toEqual(whole);
          await client.destroy();
        }
      });
    });
  });

  it.each(databases.eachSupportedId())(
    'mend the lock that two processes or a crash have left on %s',
    async id => {
      const client = await databases.init(id);
      const database = { getClient: async () => client };
      await migrate(database);
      await client(LOCK).insert({ is_locked: 0 });
      await migrate(database);
      expect(await state(client)).toEqual(whole);
      await client(LOCK).update({ is_locked: 1 });
      await migrate(database);
      expect(await state(client)).toEqual(whole);
    },
  );

  it.each(databases.eachSupportedId())(
    'leave nothing behind where one fails on %s',
    async id => {
      jest.spyOn(console, 'log').mockImplementation();
      const client = await databases.init(id);
      // A table of somebody else is in the way of the third migration.
      await client.schema.createTable('vertex_ai_grants', table => {
        table.string('id');
      });
      const database = { getClient: async () => client };
      await expect(migrate(database)).rejects.toThrow();
      expect(await client.schema.hasTable('vertex_ai_audit')).toBe(false);
      await client.schema.dropTable('vertex_ai_grants');
      await migrate(database);
      expect(await state(client)).toEqual(whole);
    },
  );

  it.each(databases.eachSupportedId())(
    'no longer call a lost outcome failed on %s',
    async id => {
      const client = await databases.init(id);
      const database = { getClient: async () => client };
      await migrate(database);
      await client.migrate.down({
        name: '20261127_unknown_outcomes.js',
        directory: resolve(__dirname, '../migrations'),
        tableName: 'vertex_ai_migrations',
      });
      const rows = [
        ['lost', 'failed', null, 'Google does not answer'],
        ['done but 503', 'failed', 503, 'UNAVAILABLE'],
        ['not JSON', 'failed', 200, 'HTTP 200, but … it is unknown whether …'],
        ['rejected', 'failed', 403, 'PERMISSION_DENIED: no'],
        ['ended at once', 'failed', 200, 'FAILED_PRECONDITION: exited'],
        ['unsent', 'unsent', null, 'the caller left'],
        ['good', 'succeeded', 200, null],
      ];
      for (const [name, outcome, status, error] of rows) {
        await client('vertex_ai_audit').insert({
          id: name,
          created_at: '2026-11-26T00:00:00.000Z',
          user_ref: 'user:default/alice',
          ownership: '[]',
          method: 'm',
          resource: 'r',
          outcome,
          http_status: status,
          error,
        });
      }
      await migrate(database);
      const unknown = client('vertex_ai_audit').where({ outcome: 'unknown' });
      expect((await unknown.pluck('id')).sort()).toEqual([
        'done but 503',
        'lost',
        'not JSON',
      ]);
    },
  );

  it.each(databases.eachSupportedId())(
    'let no SQL and no value into the message of an error on %s',
    async id => {
      const client = await databases.init(id);
      await migrate({ getClient: async () => client });
      const failing = async (work: () => PromiseLike<unknown>) => {
        const { message, stack } = await Promise.resolve(work()).then(
          () => new Error('nothing failed'),
          thrown => thrown as Error,
        );
        expect(message).toMatch(/^the database failed/);
        expect(stack).not.toMatch(/insert|s3cr3t/i);
      };
      const row = { kid: 's3cr3t', jwk: 's3cr3t', expires_at: 's3cr3t' };
      await client('vertex_ai_signing_keys').insert(row);
      await failing(() => client('vertex_ai_signing_keys').insert(row));
      await failing(() => client('no_such_table').insert(row));
      await failing(() =>
        client.transaction(trx => trx('no_such_table').insert(row)),
      );
    },
  );
});
