import { TestDatabases } from '@backstage/backend-test-utils';
import {
  ACCOUNT,
  ACTING,
  asked,
  CHURN,
  FRAUD,
  GivingPortal,
  HOUR,
  NUMBER,
  NUMBERED,
  under,
} from '../__testUtils__/givingPortal';
import { claimsOf, json } from '../__testUtils__/google';
import { ENDPOINT } from '../__testUtils__/portal';
import { PublicKeys } from '../keys';
import { GrantRecords } from './records';

const SECOND = 1000;

describe('clean-up of expired grants', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let portal: GivingPortal;

  beforeEach(async () => {
    portal = await GivingPortal.launch(await databases.init('SQLITE_3'));
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await portal.close();
  });

  /** Records an access request, and grants it by calls that name the record. */
  const giveUnder = async (body: object): Promise<string> => {
    const id = await portal.recordRights(body);
    for (const right of await portal.rightsOf(id)) {
      const answered = await portal.setPolicy({ headers: under(id) }, right);
      expect(answered.status).toBe(200);
    }
    return id;
  };

  it('keeps grants until they expire, with the user who granted them', async () => {
    await portal.give(HOUR);
    await portal.cleanUp();
    expect(portal.google.received).toEqual([]);
    expect(await portal.rows()).toMatchObject([
      { given_by: 'user:default/alice', done_at: null, tries: 0 },
    ]);
    expect(portal.task.scope).toBe('global');
  });

  it('revokes expired grants once, also after a restart', async () => {
    const id = await portal.give(HOUR);
    await portal.restart();
    await portal.pass(HOUR);
    await portal.cleanUp();
    const { google, policies } = portal;
    expect(policies.holds(FRAUD)).toBe(false);
    expect(policies.holds(FRAUD, 'user:other@acme.example')).toBe(true);
    expect(policies.written).toEqual([FRAUD]);
    const row = await portal.row(id);
    expect(row.done_at).not.toBeNull();
    expect(row.done_because).toBe('revoked');

    await portal.cleanUp();
    expect(policies.written).toEqual([FRAUD]);
    // The portal makes these calls itself, and records them like every call.
    const subjects = google.assertions.map(claimsOf);
    expect(subjects).toMatchObject([{ sub: 'plugin:proxy', groups: [] }]);
    const records = (await portal.records()).filter(
      ({ reason }) => reason !== '',
    );
    expect(records.map(({ outcome }) => outcome)).toContain('succeeded');
    expect(new Set(records.map(one => one.user_ref))).toEqual(
      new Set(['plugin:proxy']),
    );
    const written = records.find(({ method }) =>
      method.endsWith('endpoints.setIamPolicy'),
    );
    expect(written.reason).toContain(id);
    for (const { headers } of google.received) {
      expect(headers).toMatchObject({
        accept: 'application/json',
        'content-type': 'application/json',
      });
    }
  });

  it('reads the records once, and again after each attempt', async () => {
    for (const after of [0, 1, 2]) {
      await portal.recordRights(asked(HOUR + after * SECOND));
    }
    await portal.give(HOUR + 3 * SECOND, { name: 'churn-detector' });
    await portal.pass(HOUR + 3 * SECOND);
    // Only one record is named by a call that grants access.
    const open = jest.spyOn(GrantRecords.prototype, 'open');
    await portal.cleanUp();
    expect(portal.policies.written).toEqual([CHURN]);
    expect((await portal.rows()).every(({ done_at }) => done_at)).toBe(true);
    expect(open).toHaveBeenCalledTimes(2);
  });

  it('tries again without a token, and records that nothing was sent', async () => {
    const id = await portal.give(HOUR);
    await portal.pass(HOUR);
    const time = new AbortController();
    const publish = jest
      .spyOn(PublicKeys.prototype, 'publish')
      .mockRejectedValueOnce(new Error('no database'));
    await portal.restart();
    publish.mockImplementation(async () => {
      // No time for another attempt.
      time.abort();
      throw new Error('no database');
    });
    await portal.cleanUp(time.signal);
    expect(await portal.row(id)).toMatchObject({ tries: 1, done_at: null });
    const calls = await portal
      .database('vertex_ai_audit')
      .where({ user_ref: 'plugin:proxy' });
    expect(new Set(calls.map(({ outcome }) => outcome))).toEqual(
      new Set(['unsent']),
    );
    expect(portal.google.received).toEqual([]);

    publish.mockRestore();
    portal.policies.denied = true;
    await portal.pass(HOUR);
    await portal.cleanUp();
    // Google rejected the call, so it was sent.
    const outcomes = (await portal.records()).map(({ outcome }) => outcome);
    expect(outcomes).toContain('failed');
  });

  describe('finds grants by the calls that name their record', () => {
    const email = `${NUMBER}-compute@developer.gserviceaccount.com`;
    const account = `v1/projects/acme-ml/serviceAccounts/${email}`;

    it.each([
      ['', asked(HOUR, ACTING), [FRAUD, `v1/${ACCOUNT}`]],
      [
        ' with the project named by its number',
        asked(HOUR, {
          annotations: { 'google.com/vertex-ai-project': NUMBER },
        }),
        [FRAUD],
      ],
      [
        ' on the default service account of Compute Engine',
        {
          ...asked(HOUR, {
            annotations: { 'google.com/vertex-ai-service-account': email },
          }),
          projectNumber: NUMBER,
        },
        [FRAUD, account],
      ],
    ])('and revokes them%s', async (_, body, places) => {
      await portal.restart(NUMBERED);
      const id = await giveUnder(body);
      const held = () => places.filter(place => portal.policies.holds(place));
      expect(held()).toEqual(places);
      await portal.pass(HOUR);
      await portal.cleanUp();
      expect(held()).toEqual([]);
      expect(await portal.row(id)).toMatchObject({
        done_because: 'revoked',
        last_error: null,
      });
    });
  });

  it('revokes grants of a deleted principal, who may be restored', async () => {
    const jane = 'user:jane@acme.example';
    const id = await giveUnder({ ...asked(HOUR), principal: jane });
    const [, role] = (await portal.rightsOf(id))[0].split(' ');
    portal.policies.give(FRAUD, role, `deleted:${jane}?uid=7`);
    await portal.pass(HOUR);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD, jane)).toBe(false);
    expect(portal.policies.holds(FRAUD, 'user:other@acme.example')).toBe(true);
    expect(await portal.row(id)).toMatchObject({ done_because: 'revoked' });
  });

  it('tries again after a pause if Google rejects the call', async () => {
    const { policies } = portal;
    const id = await portal.give(HOUR);
    await portal.pass(HOUR);
    policies.denied = true;
    await portal.cleanUp();
    const row = await portal.row(id);
    expect(row).toMatchObject({ tries: 1, done_at: null });
    expect(row.last_error).toContain('google/permission-denied');
    expect(Date.parse(row.next_try_at)).toBeGreaterThan(Date.now());

    policies.denied = false;
    await portal.cleanUp();
    expect(policies.holds(FRAUD)).toBe(true);
    await portal.pass(HOUR);
    await portal.cleanUp();
    expect(policies.holds(FRAUD)).toBe(false);
    const { done_at: doneAt, ...done } = await portal.row(id);
    expect(done).toMatchObject({ tries: 2, last_error: null });
    expect(doneAt).not.toBeNull();
  });

  it('goes on with other records after an error', async () => {
    const kept = await portal.give(HOUR);
    const gone = await portal.give(HOUR, { name: 'churn-detector' });
    await portal.pass(HOUR);
    portal.policies.except = {
      part: 'fraud-detector',
      answer: response =>
        json(response, { error: { status: 'PERMISSION_DENIED' } }, 403),
    };
    await portal.cleanUp();
    expect(portal.policies.holds(CHURN)).toBe(false);
    expect(await portal.row(gone)).toMatchObject({
      tries: 1,
      last_error: null,
      done_because: 'revoked',
    });
    expect(await portal.row(kept)).toMatchObject({
      tries: 1,
      last_error: expect.stringContaining('google/permission-denied'),
      done_at: null,
    });
  });

  it('goes on with other records after Google did not answer', async () => {
    const { policies } = portal;
    const hung = await portal.give(HOUR);
    await portal.give(HOUR + SECOND, { name: 'churn-detector' });
    await portal.pass(HOUR + SECOND);
    let time = new AbortController();
    policies.except = {
      part: 'fraud-detector',
      // The task's time is up.
      answer: () => time.abort(),
    };
    await portal.cleanUp(time.signal);
    expect(policies.holds(CHURN)).toBe(true);
    const row = await portal.row(hung);
    expect(row).toMatchObject({ done_at: null, tries: 1 });
    expect(row.last_error).toContain('did not finish');
    expect(Date.parse(row.next_try_at)).toBeGreaterThan(Date.now());

    time = new AbortController();
    await portal.cleanUp(time.signal);
    expect(policies.holds(CHURN)).toBe(false);
    policies.except = undefined;
    await portal.pass(HOUR);
    await portal.cleanUp();
    expect(policies.holds(FRAUD)).toBe(false);
  });

  it('goes on with other records if this version cannot plan one', async () => {
    const unread = await portal.give(HOUR);
    const read = await portal.give(HOUR + SECOND, { name: 'churn-detector' });
    const request = JSON.parse((await portal.row(unread)).request);
    await portal
      .database('vertex_ai_grants')
      .where({ id: unread })
      .update({ request: JSON.stringify({ ...request, retired: 1 }) });
    await portal.pass(HOUR + SECOND);
    await portal.cleanUp();
    expect(portal.policies.written).toEqual([CHURN]);
    expect(await portal.row(read)).toMatchObject({ last_error: null });
    const row = await portal.row(unread);
    expect(row).toMatchObject({ done_at: null, tries: 1 });
    expect(row.last_error).toContain(ENDPOINT);
  });

  it('is done if the resource no longer exists', async () => {
    const id = await portal.give(HOUR);
    await portal.pass(HOUR);
    portal.policies.except = {
      part: '/endpoints/',
      answer: response =>
        json(response, { error: { status: 'NOT_FOUND' } }, 404),
    };
    await portal.cleanUp();
    const row = await portal.row(id);
    expect(row).toMatchObject({ tries: 1, last_error: null });
    expect(row.done_at).not.toBeNull();
  });

  it.each([
    ['a page', '<html>not found</html>'],
    ['another JSON', '{"error":"no such page"}'],
    ['nothing', ''],
  ])(
    'is not done if another server than Google answers 404 with %s',
    async (_, text) => {
      const id = await portal.give(HOUR);
      await portal.pass(HOUR);
      portal.policies.except = {
        part: '/endpoints/',
        answer: response => {
          response.writeHead(404).end(text);
        },
      };
      await portal.cleanUp();
      const row = await portal.row(id);
      expect(row).toMatchObject({ tries: 1, done_at: null });
      expect(row.last_error).toContain('google/answer-unreadable');

      portal.policies.except = undefined;
      await portal.pass(HOUR);
      await portal.cleanUp();
      expect(portal.policies.holds(FRAUD)).toBe(false);
    },
  );

  it('is not done if this version plans other roles', async () => {
    const id = await portal.give(HOUR);
    await portal.pass(HOUR);
    const undated = JSON.stringify([`${ENDPOINT} roles/earlier user:a@b.c`]);
    await portal.database('vertex_ai_grants').update({ undated });
    await portal.cleanUp();
    const row = await portal.row(id);
    expect(row).toMatchObject({ done_at: null, tries: 1 });
    expect(row.last_error).toContain('roles/earlier');
    expect(portal.google.received).toEqual([]);
  });
});
