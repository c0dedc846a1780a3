import type { Knex } from 'knex';
import { resolve } from 'node:path';
import { createDatabases } from '../__testUtils__/databases';
import { migrate } from '../migrate';
import { MandateRecords } from './records';

const USER = 'user:default/alice';
const PERMISSION = 'vertex-ai.deploy';
const wanted = {
  deployment: '11111111-1111-4111-8111-111111111111',
  user: USER,
  groups: ['group:default/ml-team'],
  entity: 'component:default/fraud-detector',
  request: '{}',
  fingerprint: 'plan',
  expiresAt: '2026-11-28T10:00:00.000Z',
  facts: '{"made":[]}',
};

jest.setTimeout(60_000);

describe('mandate records', () => {
  const { databases } = createDatabases();

  let client: Knex;
  const open = async (id: Parameters<typeof databases.init>[0]) => {
    client = await databases.init(id);
    return new MandateRecords(await migrate({ getClient: async () => client }));
  };

  it.each(databases.eachSupportedId())(
    'let the number of a lease rise only on %s',
    async id => {
      const records = await open(id);
      const mandate = await records.begin(wanted, PERMISSION);
      expect(await records.find(mandate, 3)).toMatchObject({
        user: USER,
        groups: wanted.groups,
        lease: 3,
        expiresAt: Date.parse(wanted.expiresAt),
      });
      const others = await Promise.all(
        [5, 2, 4, 5].map(lease => records.find(mandate, lease)),
      );
      // A frozen runner learns the number of its heir.
      expect(others[0]).toMatchObject({ lease: 5 });
      expect(await records.find(mandate, 1)).toMatchObject({ lease: 5 });
    },
  );

  it.each(databases.eachSupportedId())(
    'keep the facts of one of several that come at once on %s',
    async id => {
      const records = await open(id);
      const mandate = await records.begin(wanted, PERMISSION);
      await records.find(mandate, 2);
      const keep = (facts: string, lease: number, revision: number) =>
        records.keepFacts({ id: mandate, facts, lease, revision });
      const kept = await Promise.all(
        ['a', 'b', 'c'].map(facts => keep(facts, 2, 0)),
      );
      expect(kept.filter(Boolean)).toHaveLength(1);
      expect(await keep('late', 1, 1)).toBe(false);
      const row = (await records.find(mandate, 2))!;
      expect(row).toMatchObject({ revision: 1 });
      expect(row.facts).toBe(['a', 'b', 'c'][kept.indexOf(true)]);
    },
  );

  it.each(databases.eachSupportedId())(
    'hand the facts of the same plan to a later mandate on %s',
    async id => {
      const records = await open(id);
      const first = await records.begin(wanted, PERMISSION);
      await records.find(first, 7);
      const facts = '{"made":["endpoint"]}';
      await records.keepFacts({ id: first, facts, lease: 7, revision: 0 });
      const other = { ...wanted, user: 'user:default/admin' };
      const heir = await records.begin(other, PERMISSION);
      expect(await records.find(heir, 0)).toMatchObject({ facts, lease: 7 });
      const changed = await records.begin(
        { ...other, fingerprint: 'other' },
        PERMISSION,
      );
      expect(await records.find(changed, 0)).toMatchObject({
        facts: wanted.facts,
        lease: 0,
      });
    },
  );

  it.each(databases.eachSupportedId())(
    'forget their requests once nothing can be undone under them on %s',
    async id => {
      const records = await open(id);
      const request = '{"source":"marker"}';
      const later = new Date(Date.now() + 3_600_000).toISOString();
      const begin = () =>
        records.begin({ ...wanted, request, expiresAt: later }, PERMISSION);
      const [young, expired, revoked] = [
        await begin(),
        await begin(),
        await begin(),
      ];
      await records.revoke(young, 'the deployment ended');
      const days = new Date(Date.now() - 49 * 3_600_000).toISOString();
      const set = (mandate: string, change: object) =>
        client('vertex_ai_mandates').where({ id: mandate }).update(change);
      await set(expired, { expires_at: days });
      await set(revoked, { revoked_at: days });
      await records.forgetRequests();
      const requests = async (mandate: string) =>
        (await records.find(mandate, 0))!.request;
      expect(await requests(young)).toBe(request);
      expect(await requests(expired)).toBe('{}');
      expect(await requests(revoked)).toBe('{}');
      expect((await records.read(expired))?.user).toBe(USER);
    },
  );

  it.each(databases.eachSupportedId())(
    'of earlier builds stay, and name no permission, on %s',
    async id => {
      const records = await open(id);
      const mandate = await records.begin(wanted, PERMISSION);
      await client.migrate.down({
        name: '20261128_mandate_permission.js',
        directory: resolve(__dirname, '../../migrations'),
        tableName: 'vertex_ai_migrations',
      });
      await migrate({ getClient: async () => client });
      const shown = await records.read(mandate);
      expect(shown).toMatchObject({ id: mandate, user: USER });
      expect(shown?.permission).toBeUndefined();
      const later = await records.begin(wanted, PERMISSION);
      expect((await records.read(later))?.permission).toBe(PERMISSION);
    },
  );

  it.each(databases.eachSupportedId())(
    'keep the first revocation on %s',
    async id => {
      const records = await open(id);
      const mandate = await records.begin(wanted, PERMISSION);
      expect((await records.read(mandate))?.revokedAt).toBeUndefined();
      await records.revoke(mandate, 'the user asked');
      await records.revoke(mandate, 'the deployment ended');
      expect(await records.read(mandate)).toMatchObject({
        revokedAt: expect.any(String),
        revokedBecause: 'the user asked',
      });
    },
  );
});
