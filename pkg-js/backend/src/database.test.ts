import type { Knex } from 'knex';
import { describeOnDatabases, migrated } from './__testUtils__/databases';
import { migrate } from './database';
import { DatabaseFailure } from './query';
import { toText } from './clock';
import { removeOld } from './deployments/retention';
import { Deployments } from './deployments/store';

const TOKEN = 'token-in-a-value';

jest.setTimeout(60_000);

describeOnDatabases('the database', create => {
  const clients: Knex[] = [];
  const open = async () => {
    const client = await create();
    clients.push(client);
    return client;
  };
  afterEach(async () => {
    await Promise.all(clients.splice(0).map(client => client.destroy()));
  });

  it('names a code in place of statements and values', async () => {
    const client = await migrated(await open());
    const store = new Deployments(client);
    const add = (id: string) =>
      store.add({
        id,
        kind: 'deploy',
        key: TOKEN,
        fingerprint: 'f',
        entityRef: 'component:default/a',
        user: 'user:default/alice',
        request: {
          kind: 'deploy',
          runId: id,
          source: { text: TOKEN },
          reason: TOKEN,
        },
        kin: 'm|n1',
        life: { state: 'pending' },
      });
    await add('1');
    const failure = await add('2').catch(error => error);
    expect(failure).toBeInstanceOf(DatabaseFailure);
    expect(failure.isDuplicate).toBe(true);
    await client.schema.dropTable('vertex_ai_events');
    const broken = await add('3').catch(error => error);
    expect(broken).toBeInstanceOf(DatabaseFailure);
    for (const error of [failure, broken]) {
      const text = [error.message, error.stack, JSON.stringify(error)].join();
      expect(text).not.toContain(TOKEN);
      expect(text).not.toMatch(/insert|vertex_ai/i);
      expect(error.cause).toBeUndefined();
    }
  });

  it('forgets the log of a container after 30 days', async () => {
    const client = await migrated(await open());
    const days = 24 * 3600 * 1000;
    const insert = (deployment: string, at: number) =>
      client('vertex_ai_container_logs').insert({
        deployment,
        read_at: toText(at),
        log: '{}',
      });
    await insert('kept', 0);
    await insert('forgotten', -1);
    expect(await removeOld(client, 365, { now: () => 30 * days })).toBe(0);
    const left = await client('vertex_ai_container_logs').pluck('deployment');
    expect(left).toEqual(['kept']);
  });

  it('forgets deployments some days after their end, with ledger and events', async () => {
    const client = await migrated(await open());
    let now = Date.parse('2026-01-01T00:00:00Z');
    const clock = { now: () => now };
    const store = new Deployments(client, clock);
    for (const id of ['old', 'young', 'running']) {
      await store.add({
        id,
        kind: 'deploy',
        key: id,
        fingerprint: 'f',
        entityRef: 'component:default/a',
        user: 'user:default/alice',
        request: {
          kind: 'deploy',
          runId: id,
          source: { text: '' },
          reason: '',
        },
        kin: 'm|n1',
        life: { state: 'pending' },
      });
      await client('vertex_ai_ledger').insert({
        run: id,
        seq: 1,
        lease: 1,
        created_at: '',
        entry: '{"seq":1}',
      });
    }
    const log = (deployment: string) => ({
      deployment,
      read_at: toText(now),
      log: '{}',
    });
    const ids = ['old', 'young', 'running'];
    await client('vertex_ai_container_logs').insert(ids.map(log));
    const end = (id: string) =>
      store.record(id, { refused: { diagnostics: [] } });
    await end('old');
    now += 1000;
    await end('young');
    now += 10 * 24 * 3600 * 1000 - 500;
    expect(await removeOld(client, 10, clock)).toBe(1);
    expect(await store.find('old')).toBeUndefined();
    for (const [table, column] of [
      ['vertex_ai_ledger', 'run'],
      ['vertex_ai_events', 'deployment'],
      ['vertex_ai_container_logs', 'deployment'],
    ]) {
      const left = await client(table).distinct(column).orderBy(column);
      expect(left.map(row => row[column])).toEqual(['running', 'young']);
    }
  });

  it('leaves the tables alone where the portal says so', async () => {
    const client = await migrate({
      getClient: async () => 'client' as any,
      migrations: { skip: true },
    });
    expect(client).toBe('client');
  });
});
