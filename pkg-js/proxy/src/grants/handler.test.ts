import { TestDatabases } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  ACCOUNT,
  ACTING,
  asked,
  FRAUD,
  GivingPortal,
  GRANTS,
  HOUR,
  intention,
  NUMBER,
  NUMBERED,
  under,
} from '../__testUtils__/givingPortal';
import { json, SECRET } from '../__testUtils__/google';
import { MEMBER } from '../__testUtils__/policies';
import { type Ask, bob, ENDPOINT, scaffolder } from '../__testUtils__/portal';
import { AuditRecords } from '../audit';
import { GrantRecords } from './records';

const DAY = 24 * HOUR;
const POOL =
  'iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage';

/** The caller may do everything but administer. */
const mayNotAdminister = (name: string) =>
  name === 'vertex-ai.administer'
    ? AuthorizeResult.DENY
    : AuthorizeResult.ALLOW;

describe('grant records', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let portal: GivingPortal;

  beforeEach(async () => {
    portal = await GivingPortal.launch(await databases.init('SQLITE_3'));
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await portal.close();
  });

  /** Returns the refusal of a record. */
  const refused = (ask: Partial<Ask>) =>
    portal.refusal({ path: GRANTS, body: asked(HOUR), ...ask });

  it('require a user who may administer, and an expiry', async () => {
    const { expiresAt: _, ...endless } = asked(HOUR);
    expect(await refused({ as: scaffolder })).toMatchObject({ status: 403 });
    expect(await refused({ as: null })).toMatchObject({ status: 401 });
    expect(await refused({ body: endless })).toEqual({
      status: 400,
      code: 'iam/expiry-missing',
    });
    expect(await refused({ body: asked(-HOUR) })).toEqual({
      status: 400,
      code: 'iam/expiry-past',
    });
    expect(await refused({ body: 'no JSON' })).toMatchObject({ status: 400 });
    portal.permission = mayNotAdminister;
    expect(await refused({})).toMatchObject({ status: 403 });
    expect(await portal.rows()).toEqual([]);
  });

  it('are limited to a year', async () => {
    expect(await refused({ body: asked(366 * DAY) })).toEqual({
      status: 400,
      code: 'iam/expiry-out-of-range',
    });
    expect(await portal.rows()).toEqual([]);
    await portal.recordRights(asked(365 * DAY));
  });

  it('refuse the service account that all users share', async () => {
    const account = ACCOUNT.split('/')[3];
    const { audience } = portal.config.get<any>('vertexAi.identity');
    await portal.restart({ identity: { audience, serviceAccount: account } });
    const principal = `serviceAccount:${account}`;
    expect(await refused({ body: { ...asked(HOUR), principal } })).toEqual({
      status: 403,
      code: 'iam/own-request',
    });
    expect(await portal.rows()).toEqual([]);
    await portal.recordRights(asked(HOUR));
  });

  it.each([
    ['the', 'principal:', 'subject/user:default/alice'],
    ['a group of the', 'principalSet:', 'group/group:default/alices-team'],
  ])('refuse access for %s recorder', async (_, kind, own) => {
    const body = { ...asked(HOUR), principal: `${kind}//${POOL}/${own}` };
    expect(await refused({ body })).toEqual({
      status: 403,
      code: 'iam/own-request',
    });
    expect(await portal.rows()).toEqual([]);
    // Access for others is recorded.
    const principal = body.principal.replace('alice', 'bob');
    await portal.recordRights({ ...body, principal });
  });

  it('answer 503 without a database, and hold no secret', async () => {
    await portal.give(HOUR);
    await portal.pass(HOUR);
    portal.policies.denied = true;
    await portal.cleanUp();
    const seen = [await portal.rows(), await portal.records(), portal.logs];
    expect(JSON.stringify(seen)).not.toContain(SECRET);

    await portal.database.schema.dropTable('vertex_ai_grants');
    expect(await refused({})).toMatchObject({ status: 503 });
  });

  it('allow a grant only under an open record of its own user', async () => {
    const { google, policies } = portal;
    const id = await portal.recordRights(asked(HOUR));
    const [right] = await portal.rightsOf(id);
    const give = async (more: Partial<Ask> = {}) => {
      const ask = { headers: under(id), ...more };
      const { status, text } = await portal.setPolicy(ask, right);
      return { status, code: JSON.parse(text).diagnostic?.code };
    };
    const closed = { status: 403, code: 'portal/refused' };
    expect(await give({ as: bob })).toEqual(closed);
    expect(await give({ headers: under('another') })).toEqual(closed);
    expect([google.received, google.assertions]).toEqual([[], []]);
    expect(await give()).toMatchObject({ status: 200 });
    expect(google.received[0].headers).not.toHaveProperty('x-vertex-ai-grant');

    // The record expires, and its grants are revoked.
    await portal.pass(HOUR);
    expect(await give()).toEqual(closed);
    expect(google.received).toHaveLength(1);
    await portal.cleanUp();
    expect(await portal.row(id)).toMatchObject({ done_because: 'revoked' });
    const calls = google.received.length;
    expect(await give()).toEqual(closed);
    expect(google.received).toHaveLength(calls);
    expect(policies.holds(FRAUD)).toBe(false);
    // Reading a policy grants nothing.
    const path = `/api/proxy/vertex-ai/aiplatform/${FRAUD}:getIamPolicy`;
    const look = await portal.ask({ path, headers: under(id) });
    expect(look).toMatchObject({ status: 200 });
  });

  it('allow no grant on another resource, nor under an empty name', async () => {
    await portal.restart(NUMBERED);
    const id = await portal.recordRights(asked(HOUR, ACTING));
    const numbered = { 'google.com/vertex-ai-project': NUMBER };
    const other = await portal.recordRights(
      asked(HOUR, { name: 'churn-detector', annotations: numbered }),
    );
    const status = async (grant: string, on: string) => {
      const right = `${on} roles/other ${MEMBER}`;
      return (await portal.setPolicy({ headers: under(grant) }, right)).status;
    };
    const churn = ENDPOINT.replace('fraud', 'churn');
    expect(await status('', ENDPOINT)).toBe(403);
    expect(await status(other, ENDPOINT)).toBe(403);
    expect(await status(other, ACCOUNT)).toBe(403);
    expect(await status(id, churn)).toBe(403);
    expect(portal.google.received).toEqual([]);
    for (const row of await portal.records()) {
      expect(row).toMatchObject({ outcome: 'unsent' });
      expect(row.grant_id).not.toBe('');
    }
    // Each record is about its own resources and their project.
    expect(await status(id, ENDPOINT)).toBe(200);
    expect(await status(id, ACCOUNT)).toBe(200);
    expect(await status(other, churn)).toBe(200);
    for (const project of ['acme-ml', NUMBER]) {
      const path = `/api/proxy/vertex-ai/cloudresourcemanager/v3/projects/${project}:setIamPolicy`;
      const set = await portal.setPolicy({ path, headers: under(other) });
      expect(set).toMatchObject({ status: 200 });
    }
    // An empty name is ignored if nothing is granted.
    const policy = {
      path: `/api/proxy/vertex-ai/iam/v1/${ACCOUNT}:getIamPolicy`,
    };
    await portal.ask({ ...policy, headers: under('') });
    const [last] = (await portal.records()).slice(-1);
    expect(last).toMatchObject({ outcome: 'succeeded', grant_id: null });
  });

  it('allow no grant if they expire while the call is recorded', async () => {
    const id = await portal.recordRights(asked(HOUR));
    const [right] = await portal.rightsOf(id);
    const record = portal.record.bind(portal);
    jest.spyOn(portal, 'record').mockImplementationOnce(async event => {
      await portal.pass(HOUR);
      await portal.cleanUp();
      return record(event);
    });
    const late = await portal.setPolicy({ headers: under(id) }, right);
    expect(late).toMatchObject({ status: 403 });
    expect(portal.policies.holds(FRAUD)).toBe(false);
  });

  describe('that are open', () => {
    const list = async (ask: object = {}) => {
      const answered = await portal.ask({ path: GRANTS, verb: 'GET', ...ask });
      expect(answered).toMatchObject({ status: 200 });
      return JSON.parse(answered.text).grants;
    };

    it('are listed for administrators, of all users', async () => {
      expect(await list()).toEqual([]);
      const id = await portal.give(HOUR, ACTING);
      const [one, ...others] = await list({ as: bob });
      expect(others).toEqual([]);
      expect(one).toMatchObject({
        id,
        givenBy: 'user:default/alice',
        principal: MEMBER,
        entity: 'component:default/fraud-detector',
        endsAt: (await portal.row(id)).ends_at,
        tries: 0,
      });
      const given = one.rights.map(({ resource, role, expiry }: any) => {
        expect(role).toMatch(/^projects\/acme-ml\/roles\//);
        return [resource, expiry];
      });
      expect(given).toEqual([
        ['projects/acme-ml', 'condition'],
        [ENDPOINT, 'revocation'],
        [ACCOUNT, 'revocation'],
      ]);
    });

    it('are listed with the last error, until their grants are revoked', async () => {
      await portal.give(HOUR);
      await portal.pass(HOUR);
      portal.policies.denied = true;
      await portal.cleanUp();
      const [one] = await list();
      expect(one).toMatchObject({
        tries: 1,
        lastError: expect.stringContaining('google/permission-denied'),
        rights: [{ resource: ENDPOINT, expiry: 'revocation' }],
      });
      expect(JSON.stringify(one)).not.toContain(SECRET);
      portal.policies.denied = false;
      await portal.pass(HOUR);
      await portal.cleanUp();
      expect(await list()).toEqual([]);
    });

    it('are listed although this version cannot plan the request', async () => {
      const unread = await portal.give(HOUR);
      const read = await portal.give(HOUR, { name: 'churn-detector' });
      const request = JSON.parse((await portal.row(unread)).request);
      await portal
        .database('vertex_ai_grants')
        .where({ id: unread })
        .update({ request: JSON.stringify({ ...request, retired: 1 }) });
      const listed = await list();
      const of = (id: string) => listed.find((one: any) => one.id === id);
      expect(listed).toHaveLength(2);
      expect(of(read).entity).toBe('component:default/churn-detector');
      expect(of(unread)).not.toHaveProperty('entity');
      expect(of(unread)).toMatchObject({
        principal: MEMBER,
        rights: [{ resource: ENDPOINT, expiry: 'revocation' }],
      });
    });

    it('are listed for nobody else', async () => {
      const unheard = (ask: object) =>
        portal.refusal({ path: GRANTS, verb: 'GET', ...ask });
      expect(await unheard({ as: scaffolder })).toMatchObject({ status: 403 });
      expect(await unheard({ as: null })).toMatchObject({ status: 401 });
      portal.permission = mayNotAdminister;
      expect(await unheard({})).toMatchObject({ status: 403 });
    });
  });

  describe('under which nothing was granted', () => {
    let id: string;
    const withdraw = async (ask: Partial<Ask> = {}) => {
      const path = `${GRANTS}/${id}`;
      return (await portal.ask({ path, verb: 'DELETE', ...ask })).status;
    };

    it('are withdrawn by their user, and stay in the table', async () => {
      id = await portal.recordRights(asked(HOUR));
      expect(await withdraw()).toBe(204);
      const row = await portal.row(id);
      expect(row).toMatchObject({
        given_by: 'user:default/alice',
        done_because: 'withdrawn: nothing was granted',
      });
      expect(portal.logs.join()).toContain('nothing was granted');
      // No grant is allowed any more.
      const late = await portal.setPolicy({ headers: under(id) });
      expect(late).toMatchObject({ status: 403 });
      expect(portal.google.received).toEqual([]);
      await portal.pass(HOUR);
      await portal.cleanUp();
      expect(portal.policies.written).toEqual([]);
      // A second withdrawal finds nothing.
      expect(await withdraw()).toBe(404);
      expect((await portal.row(id)).done_at).toBe(row.done_at);
    });

    it('are withdrawn by nobody else, nor after their expiry', async () => {
      id = await portal.recordRights(asked(HOUR));
      expect(await withdraw({ as: bob })).toBe(404);
      expect(await withdraw({ as: scaffolder })).toBe(403);
      expect(await withdraw({ as: null })).toBe(401);
      expect(await withdraw({ path: `${GRANTS}/other` })).toBe(404);
      portal.permission = mayNotAdminister;
      expect(await withdraw()).toBe(403);
      portal.permission = () => AuthorizeResult.ALLOW;
      await portal.pass(HOUR);
      expect(await withdraw()).toBe(404);
      expect((await portal.row(id)).done_at).toBeNull();
    });

    it('stay if a policy may have changed since', async () => {
      const other = await portal.recordRights(asked(HOUR));
      id = await portal.recordRights(asked(HOUR));
      const change = async (status: number, more?: Partial<Ask>) => {
        portal.policies.except =
          status === 200
            ? undefined
            : {
                part: ':setIamPolicy',
                answer: response => json(response, { error: {} }, status),
              };
        expect(await portal.setPolicy(more)).toMatchObject({ status });
      };
      for (const status of [503, 200]) {
        await change(status);
        expect(await withdraw()).toBe(409);
        expect((await portal.row(id)).done_at).toBeNull();
        await portal.database('vertex_ai_audit').delete();
      }
      // Changes by other users and rejected calls do not count.
      await change(200, { as: bob });
      await change(403);
      // Changes under another record do not count.
      await change(200, { headers: under(other) });
      expect(await portal.records()).toHaveLength(3);
      // Calls that were never sent do not count.
      const audit = new AuditRecords(portal.database);
      await audit.begin({ ...intention, id: 'unsent' });
      expect(await withdraw()).toBe(409);
      await audit.settle({
        id: 'unsent',
        outcome: 'unsent',
        over: ['pending'],
      });
      expect(await withdraw()).toBe(204);
    });

    it('allow no call that begins during the withdrawal', async () => {
      id = await portal.recordRights(asked(HOUR));
      const read = AuditRecords.prototype.policiesChanged;
      const reading = jest
        .spyOn(AuditRecords.prototype, 'policiesChanged')
        .mockImplementationOnce(async function readFirst(this: any, grant) {
          const found = await read.call(this, grant);
          const late = await portal.setPolicy({ headers: under(id) });
          expect(late).toMatchObject({ status: 403 });
          // If the process ended now, the clean-up would still find the record.
          expect((await portal.row(id)).done_at).toBeNull();
          return found;
        });
      expect(await withdraw()).toBe(204);
      expect(reading).toHaveBeenCalledTimes(1);
      expect(portal.google.received).toEqual([]);
    });

    it('stay if the call began before the withdrawal', async () => {
      id = await portal.recordRights(asked(HOUR));
      const [right] = await portal.rightsOf(id);
      const look = GrantRecords.prototype.askedFor;
      jest
        .spyOn(GrantRecords.prototype, 'askedFor')
        .mockImplementationOnce(async function lookLate(this: any, by, grant) {
          expect(await withdraw()).toBe(409);
          return look.call(this, by, grant);
        });
      const call = await portal.setPolicy({ headers: under(id) }, right);
      expect(call).toMatchObject({ status: 200 });
      const open = { done_at: null, done_because: null };
      expect(await portal.row(id)).toMatchObject(open);
      await portal.pass(HOUR);
      await portal.cleanUp();
      expect(portal.policies.holds(FRAUD)).toBe(false);
    });

    it('are withdrawn by one of two requests', async () => {
      id = await portal.recordRights(asked(HOUR));
      const other = jest
        .spyOn(AuditRecords.prototype, 'policiesChanged')
        .mockImplementationOnce(async () => {
          expect(await withdraw()).toBe(404);
          return { changed: new Set(), underWay: false };
        });
      expect(await withdraw()).toBe(204);
      expect(other).toHaveBeenCalledTimes(1);
    });

    it('stay until the audit trail can be read', async () => {
      id = await portal.recordRights(asked(HOUR));
      jest
        .spyOn(AuditRecords.prototype, 'policiesChanged')
        .mockRejectedValueOnce(new Error('no database'));
      expect(await withdraw()).toBe(503);
      const open = { done_at: null, done_because: null };
      expect(await portal.row(id)).toMatchObject(open);
      expect(await withdraw()).toBe(204);
    });

    it('stay within the clock skew of two replicas', async () => {
      await portal.setPolicy();
      id = await portal.recordRights(asked(HOUR));
      const earlier = (millis: number) =>
        portal.database('vertex_ai_audit').update({
          created_at: new Date(Date.now() - millis).toISOString(),
        });
      await earlier(5 * 60_000);
      expect(await withdraw()).toBe(409);
      await earlier(HOUR);
      expect(await withdraw()).toBe(204);
    });
  });
});
