import type { AuditSettlement } from '@backstage-vertex-ai/core/server';
import { createDatabases } from './__testUtils__/databases';
import { AuditRecords } from './audit';
import { migrate } from './migrate';

const MINUTE = 60_000;
const intention = {
  userRef: 'user:default/alice',
  ownership: [],
  method: 'm',
  resource: 'e',
  reason: '',
};
const unknown: Omit<AuditSettlement, 'id'> = {
  outcome: 'unknown',
  over: ['pending'],
};
const about = { user: 'user:default/alice', resources: ['e', 'p'], since: 0 };

jest.setTimeout(60_000);

describe('audit records', () => {
  const { databases } = createDatabases();

  const open = async (id: Parameters<typeof databases.init>[0]) => {
    const client = await databases.init(id);
    const audit = new AuditRecords(
      await migrate({ getClient: async () => client }),
    );
    return { client, audit };
  };

  it.each(databases.eachSupportedId())(
    'find the calls without a known outcome on %s',
    async id => {
      const { client, audit } = await open(id);
      await audit.begin({ ...intention, id: '1', clue: 'c' });
      await audit.begin({ ...intention, id: '2', clue: 'd', resource: 'p' });
      await audit.begin({ ...intention, id: '3' });
      await audit.begin({ ...intention, id: '4', clue: 'c', resource: 'q' });
      await audit.begin({ ...intention, id: '5', clue: 'c', userRef: 'bob' });
      await audit.begin({ ...intention, id: '6', clue: 'c' });
      await audit.settle({ id: '1', ...unknown });
      await audit.settle({ id: '6', outcome: 'succeeded', over: ['pending'] });
      const succeeded = await client('vertex_ai_audit').where({ id: '6' });

      const doubts = await audit.doubts(about);
      const [first, second, ...more] = doubts.sort((a, b) =>
        a.id.localeCompare(b.id),
      );
      expect(more).toEqual([]);
      expect(first).toEqual({
        id: '1',
        method: 'm',
        resource: 'e',
        clue: 'c',
        begunAt: expect.any(Number),
        endedAt: expect.any(Number),
        isIdle: false,
        rivalAt: Date.parse(succeeded[0].created_at),
        namelessAt: Date.parse(succeeded[0].created_at),
        taken: [],
      });
      expect(second).toMatchObject({ id: '2', endedAt: undefined });
      expect(second.rivalAt).toBeUndefined();
      // An operation that may be the call's is remembered for the next look.
      const likely = { outcome: 'unknown', operation: 'o', isIdle: false };
      await audit.resolve({ id: '1', evidence: 'm', ...likely } as any);
      const later = await audit.doubts(about);
      expect(later.find(({ id: known }) => known === '1')).toMatchObject({
        operation: 'o',
      });
      expect(
        await audit.doubts({ ...about, since: Date.now() + MINUTE }),
      ).toEqual([]);
    },
  );

  it.each(databases.eachSupportedId())(
    'tell the changes apart that have started operations on %s',
    async id => {
      const { client, audit } = await open(id);
      const done: typeof unknown = { outcome: 'succeeded', over: ['pending'] };
      for (const [name, clue] of [
        ['lost', 'c'],
        ['again', 'c'],
        ['other', 'd'],
      ]) {
        await audit.begin({ ...intention, id: name, clue });
      }
      await audit.settle({ id: 'lost', ...unknown });
      const [first] = await audit.doubts(about);
      expect(first).toMatchObject({ namelessAt: first.rivalAt, taken: [] });

      await audit.settle({ id: 'again', ...done, operation: 'o' });
      await audit.settle({ id: 'other', ...done, operation: 'p' });
      const [{ rivalAt, namelessAt, taken }, ...more] =
        await audit.doubts(about);
      expect(more).toEqual([]);
      expect(rivalAt).toEqual(expect.any(Number));
      expect(namelessAt).toBeUndefined();
      expect(taken.sort()).toEqual(['o', 'p']);

      // What began long before cannot have started an operation of this time.
      await client('vertex_ai_audit')
        .where({ id: 'again' })
        .update({ created_at: new Date(0).toISOString() });
      const [later] = await audit.doubts(about);
      expect(later).toMatchObject({ rivalAt: undefined, taken: ['p'] });
    },
  );

  it.each(databases.eachSupportedId())(
    'have ended when no call can last any longer on %s',
    async id => {
      const { client, audit } = await open(id);
      await audit.begin({ ...intention, id: '1', clue: 'c' });
      expect(await audit.doubts(about)).toMatchObject([{ endedAt: undefined }]);
      const begun = Date.now() - 16 * MINUTE;
      await client('vertex_ai_audit').update({
        created_at: new Date(begun).toISOString(),
      });
      const ended = [{ endedAt: begun + 15 * MINUTE }];
      expect(await audit.doubts(about)).toMatchObject(ended);
      await audit.sweep();
      expect(await audit.doubts(about)).toMatchObject(ended);
    },
  );

  it.each(databases.eachSupportedId())(
    'take from a later answer only what is not known on %s',
    async id => {
      const { client, audit } = await open(id);
      const row = () => client('vertex_ai_audit').first();
      const shown = { id: '1', evidence: 'get' };
      await audit.begin({ ...intention, id: '1', clue: 'c' });
      await audit.settle({ id: '1', ...unknown });
      expect(
        await audit.resolve({ ...shown, outcome: 'unknown', isIdle: true }),
      ).toBe(true);
      expect(await audit.doubts(about)).toMatchObject([{ isIdle: true }]);
      const done = {
        ...shown,
        outcome: 'succeeded',
        operation: 'o',
        isIdle: false,
      } as const;
      expect(await audit.resolve(done)).toBe(true);
      expect(await audit.resolve({ ...done, outcome: 'failed' })).toBe(false);
      expect(await row()).toMatchObject({
        outcome: 'succeeded',
        operation: 'o',
      });
      // The process that sent the call gives up later than that.
      await audit.settle({ id: '1', ...unknown });
      expect(await row()).toMatchObject({ outcome: 'succeeded' });
    },
  );

  it.each(databases.eachSupportedId())(
    'are not pending for longer than a call can last on %s',
    async id => {
      const { client, audit } = await open(id);
      for (const minutes of [14, 16]) {
        const name = `${minutes}`;
        const begun = new Date(Date.now() - minutes * MINUTE).toISOString();
        await audit.begin({ ...intention, id: name });
        await client('vertex_ai_audit')
          .where({ id: name })
          .update({ created_at: begun });
      }
      await audit.sweep();
      const outcomes = await client('vertex_ai_audit')
        .orderBy('id')
        .pluck('outcome');
      expect(outcomes).toEqual(['pending', 'unknown']);
    },
  );
});
