import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { PublicKeys } from './keys';
import { migrate } from './migrate';

const HOUR = 3_600_000;

describe('public keys', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let client: Knex;
  let keys: PublicKeys;
  let queries: number;

  const key = (kid: string) => ({
    kid,
    jwk: { kid },
    expiresAt: new Date(Date.now() + HOUR).toISOString(),
  });
  const kids = async () =>
    (await keys.jwks()).keys.map(jwk => (jwk as { kid: string }).kid);
  /** Concurrent requests. */
  const crowd = () => Promise.all(Array.from({ length: 20 }, kids));

  beforeEach(async () => {
    client = await databases.init('SQLITE_3');
    await migrate({ getClient: async () => client });
    keys = new PublicKeys(client);
    queries = 0;
    client.on('query', ({ sql }) => {
      if (sql.startsWith('select')) queries += 1;
    });
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
  });

  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('are read once a second, however many requests arrive', async () => {
    await keys.publish(key('ours'));
    expect(new Set((await crowd()).flat())).toEqual(new Set(['ours']));
    const otherReplica = new PublicKeys(client);
    await otherReplica.publish(key('theirs'));
    jest.advanceTimersByTime(999);
    await crowd();
    expect(queries).toBe(1);
    jest.advanceTimersByTime(1);
    expect(await kids()).toEqual(['ours', 'theirs']);
    expect(queries).toBe(2);
  });

  it('appear as soon as they are published', async () => {
    expect(await kids()).toEqual([]);
    await keys.publish(key('ours'));
    expect(await kids()).toEqual(['ours']);
  });

  it('are read again after the database failed', async () => {
    const query = jest.spyOn(client.client, '_query');
    query.mockRejectedValueOnce(new Error('no database'));
    await expect(keys.jwks()).rejects.toThrow('the database failed');
    expect(await kids()).toEqual([]);
  });

  it('fail with a timeout when the database hangs', async () => {
    jest.spyOn(client.client.logger, 'warn').mockImplementation();
    const hangs = new Promise<void>(resolve => {
      jest.spyOn(client.client, '_query').mockImplementation(() => {
        resolve();
        return new Promise(() => {});
      });
    });
    const answer = keys.jwks();
    await hangs;
    jest.advanceTimersByTime(10_000);
    await expect(answer).rejects.toThrow('timeout');
  });
});
