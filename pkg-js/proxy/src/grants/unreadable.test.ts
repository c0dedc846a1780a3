import { TestDatabases } from '@backstage/backend-test-utils';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import {
  asked,
  FRAUD,
  GivingPortal,
  GRANTS,
  HOUR,
} from '../__testUtils__/givingPortal';

const nested = (depth: number): object =>
  depth === 0 ? {} : { a: nested(depth - 1) };

describe('clean-up beside records that it cannot read', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let portal: GivingPortal;

  beforeEach(async () => {
    portal = await GivingPortal.launch(await databases.init('SQLITE_3'));
  });

  afterEach(async () => {
    await portal.close();
  });

  /** Requests access for an entity with this `spec`. */
  const record = (spec: unknown) => {
    const body: any = asked(HOUR, { name: 'churn-detector' });
    body.source.entity.spec = spec;
    return portal.ask({ path: GRANTS, body });
  };

  const change = (id: string, columns: object) =>
    portal.database('vertex_ai_grants').where({ id }).update(columns);

  /** Expires every grant, and expects the clean-up to revoke one record's. */
  const expectRevoked = async (id: string) => {
    await portal.pass(HOUR);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(false);
    expect((await portal.row(id)).done_because).toBe('revoked');
  };

  it.each([10, 123, 124, 125])(
    'revokes grants after a request with an entity of %i levels',
    async depth => {
      const { status } = await record(nested(depth));
      expect(status).toBe(201);
      await expectRevoked(await portal.give(HOUR));
    },
  );

  it.each([126, 500])(
    'rejects a request with an entity of %i levels and revokes grants',
    async depth => {
      const { status, text } = await record(nested(depth));
      expect(status).toBe(400);
      expect(JSON.parse(text).diagnostic).toMatchObject({
        code: 'proxy/body-malformed',
        message: expect.stringContaining('nested deeper than 128 levels'),
      });
      await expectRevoked(await portal.give(HOUR));
    },
  );

  it('rejects a request of more than 64 KiB', async () => {
    const { status, text } = await record('x'.repeat(64 * 1024));
    expect(status).toBe(413);
    expect(JSON.parse(text).diagnostic).toMatchObject({
      code: 'proxy/body-malformed',
      message: 'the access request is larger than 64 KiB',
    });
    expect(await portal.rows()).toEqual([]);
  });

  it.each([
    ['undated', 'no JSON', '`undated`'],
    ['created_at', 'yesterday', '`begunAt`'],
    ['request', 'no JSON', 'cannot plan the recorded access request'],
    [
      'request',
      JSON.stringify(nested(500)),
      'cannot plan the recorded access request',
    ],
  ])(
    'skips a record with an unreadable `%s` and notes why',
    async (column, value, reason) => {
      const broken = await portal.give(HOUR, { name: 'churn-detector' });
      const id = await portal.give(HOUR);
      await portal.pass(HOUR);
      await change(broken, { [column]: value });
      await portal.cleanUp();
      expect(portal.policies.holds(FRAUD)).toBe(false);
      expect((await portal.row(id)).done_because).toBe('revoked');
      const row = await portal.row(broken);
      expect(row).toMatchObject({
        done_at: null,
        tries: 1,
        last_error: expect.stringContaining(reason),
      });
      expect(row.last_error).toContain('by hand');
      expect(Date.parse(row.next_try_at)).toBeGreaterThan(Date.now());
      expect(portal.logs.join()).toContain(reason);

      // It is listed, and not tried again before its time.
      const listed = await portal.ask({ path: GRANTS, verb: 'GET' });
      expect(JSON.parse(listed.text).grants).toMatchObject([
        { id: broken, lastError: row.last_error },
      ]);
      await portal.cleanUp();
      expect((await portal.row(broken)).tries).toBe(1);
    },
  );

  it('blocks the event loop for less than a second beside large records', async () => {
    const id = await portal.give(HOUR);
    const { request: text, ...row } = await portal.row(id);
    // An earlier version recorded requests of up to 1 MiB.
    const request = JSON.parse(text);
    request.source.entity.spec = Array.from({ length: 100_000 }, () => [1, 2]);
    const large = JSON.stringify(request);
    expect(large.length).toBeGreaterThan(600_000);
    for (let at = 0; at < 20; at++) {
      await portal.database('vertex_ai_grants').insert({
        ...row,
        id: `large-${at}`,
        request: large,
        undated: '[]',
        ends_at: new Date(Date.now() + 3 * HOUR).toISOString(),
        next_try_at: new Date(Date.now() + 3 * HOUR).toISOString(),
      });
    }
    const delay = monitorEventLoopDelay({ resolution: 10 });
    await portal.pass(HOUR);
    delay.enable();
    await portal.cleanUp();
    delay.disable();
    expect((await portal.row(id)).done_because).toBe('revoked');
    expect(delay.max / 1e6).toBeLessThan(1000);
  }, 60_000);
});
