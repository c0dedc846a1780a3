import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { createDatabases } from './__testUtils__/databases';
import { AuditRecords } from './audit';
import { GrantRecords } from './grants/records';
import { PublicKeys } from './keys';
import { MandateRecords } from './mandates/records';
import { migrate } from './migrate';

const ALICE = 'user:default/alice';
const ADMIN = 'user:default/admin';
const PLACE = 'projects/acme-ml/locations/us-central1';

jest.setTimeout(60_000);

describe('a database of the first release', () => {
  const { databases } = createDatabases();
  type Id = Parameters<typeof databases.init>[0];

  /** Makes a database as it was, and migrates it. */
  async function open(id: Id): Promise<Knex> {
    const client = await databases.init(id);
    const file = id === 'SQLITE_3' ? 'sqlite.sql' : 'postgres.sql';
    const text = readFileSync(
      join(__dirname, '__testUtils__/first-release', file),
      'utf8',
    );
    for (const statement of text.split(/;\n/)) {
      if (statement.trim()) await client.raw(statement.replaceAll('?', '\\?'));
    }
    return migrate({ getClient: async () => client });
  }

  it.each(databases.eachSupportedId())('keeps every row on %s', async id => {
    const client = await open(id);
    const count = async (table: string) =>
      Number((await client(table).count({ rows: '*' }))[0].rows);
    expect(await count('vertex_ai_audit')).toBe(6);
    expect(await count('vertex_ai_grants')).toBe(3);
    expect(await count('vertex_ai_signing_keys')).toBe(1);
    // A later start finds nothing to do.
    const applied = await client('vertex_ai_migrations').orderBy('id');
    await migrate({ getClient: async () => client });
    expect(await client('vertex_ai_migrations').orderBy('id')).toEqual(applied);
  });

  it.each(databases.eachSupportedId())(
    'tells what became of each call on %s',
    async id => {
      const client = await open(id);
      const audit = new AuditRecords(client);
      expect(await audit.starter(`${PLACE}/operations/42`)).toEqual({
        ref: ALICE,
        ownership: [ALICE, 'group:default/ml-team'],
        at: Date.parse('2026-11-25T09:00:00Z'),
      });
      await audit.sweep();
      const rows = await client('vertex_ai_audit').orderBy('id');
      const outcomes = rows.map(row => [row.id, row.outcome, row.error]);
      expect(outcomes).toEqual([
        ['granted', 'succeeded', null],
        ['killed', 'unknown', 'the process ended before the call did'],
        // A call without an answer was called failed.
        ['lost', 'unknown', 'Google does not answer: timeout'],
        ['rejected', 'failed', 'PERMISSION_DENIED: no'],
        ['served', 'succeeded', null],
        ['unsent', 'unsent', 'the caller left'],
      ]);
      expect(rows.every(row => row.mandate_id === null)).toBe(true);
      // Calls without a clue are in nobody's way.
      const about = { user: ALICE, resources: [rows[4].resource], since: 0 };
      expect(await audit.doubts(about)).toEqual([]);
      await audit.begin({
        id: 'new',
        userRef: ALICE,
        ownership: [],
        method: 'm',
        resource: 'r',
        reason: '',
        clue: 'c',
      });
      await audit.settle({ id: 'new', outcome: 'failed', over: ['pending'] });
      expect(
        await client('vertex_ai_audit').where({ id: 'new' }).pluck('outcome'),
      ).toEqual(['failed']);
    },
  );

  it.each(databases.eachSupportedId())(
    'goes on with grants, keys and mandates on %s',
    async id => {
      const client = await open(id);
      const grants = new GrantRecords(client);
      const left = await grants.open();
      expect(left.map(grant => [grant.id, grant.tries])).toEqual([
        ['failing', 2],
        ['open', 0],
      ]);
      expect(left[0]).toMatchObject({
        givenBy: ADMIN,
        undated: ['projects/acme-ml'],
        endsAt: Date.parse('2026-11-25T09:30:00Z'),
        lastError: 'PERMISSION_DENIED: no',
      });
      expect(await grants.askedFor(ADMIN, 'open')).toEqual({
        principal: ALICE,
      });
      const { changed } = await new AuditRecords(client).policiesChanged({
        id: 'open',
        givenBy: ADMIN,
        begunAt: '2026-11-25T08:59:00.000Z',
      });
      expect([...changed]).toEqual(['projects/acme-ml']);
      expect((await new PublicKeys(client).jwks()).keys).toMatchObject([
        { kid: 'key-1', kty: 'RSA' },
      ]);
      const mandate = await new MandateRecords(client).begin(
        {
          deployment: '11111111-1111-4111-8111-111111111111',
          user: ALICE,
          groups: [],
          entity: 'component:default/fraud-detector',
          request: '{}',
          fingerprint: 'plan',
          expiresAt: '2026-11-28T10:00:00.000Z',
          facts: '{}',
        },
        'vertex-ai.deploy',
      );
      expect(await new MandateRecords(client).read(mandate)).toMatchObject({
        user: ALICE,
      });
    },
  );
});
