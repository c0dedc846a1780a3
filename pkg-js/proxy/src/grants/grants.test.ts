import {
  mockServices,
  TestDatabases,
  type TestDatabaseId,
} from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { Knex } from 'knex';
import { claimsOf, FakeGoogle, json, SECRET } from '../__testUtils__/google';
import {
  type Ask,
  bob,
  ENDPOINT,
  Portal,
  scaffolder,
} from '../__testUtils__/portal';
import { AuditRecords } from '../audit';

const GRANTS = '/api/proxy/vertex-ai/grants';
const MEMBER = 'group:ml-team@acme.example';
const ACCOUNT =
  'projects/acme-ml/serviceAccounts/serving@acme-ml.iam.gserviceaccount.com';
const SET_POLICY = 'aiplatform.projects.locations.endpoints.setIamPolicy';
const HOUR = 3_600_000;
const DATABASE: TestDatabaseId = 'SQLITE_3';

const asked = (expiresAt: number, name = 'fraud-detector') => ({
  source: {
    entity: {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        name,
        annotations: {
          'google.com/vertex-ai-project': 'acme-ml',
          'google.com/vertex-ai-location': 'us-central1',
          'google.com/vertex-ai-endpoint': name,
          'google.com/vertex-ai-model': 'fraud-detector@3',
        },
      },
    },
  },
  principal: MEMBER,
  found: { model: true, endpoint: true, deployment: false },
  expiresAt: new Date(expiresAt).toISOString(),
});

/** Google's policies: each holds the rights that the request of the tests is about. */
class Policies {
  readonly written: string[] = [];
  private readonly policies = new Map<string, any>();
  denied = false;

  constructor(google: FakeGoogle) {
    google.answer = (response, { path, body }) => {
      const [resource, verb] = path.split('?')[0].slice(1).split(':');
      if (this.denied) {
        const error = { status: 'PERMISSION_DENIED', message: 'denied' };
        json(response, { error }, 403);
      } else if (verb === 'setIamPolicy') {
        this.written.push(resource);
        this.policies.set(resource, JSON.parse(body).policy);
        json(response, this.policies.get(resource));
      } else {
        json(response, this.of(resource));
      }
    };
  }

  private of(resource: string) {
    return this.policies.get(resource) ?? { version: 1, etag: 'a' };
  }

  give(resource: string, role: string) {
    this.policies.set(resource, {
      version: 1,
      etag: 'a',
      bindings: [
        { role: 'roles/other', members: ['user:other@acme.example'] },
        { role, members: [MEMBER] },
      ],
    });
  }

  holds = (resource: string) =>
    JSON.stringify(this.of(resource)).includes(MEMBER);
}

describe('rights that were given', () => {
  const databases = TestDatabases.create({ ids: [DATABASE] });
  const at = `v1beta1/${ENDPOINT}`;
  let knex: Knex;
  let google: FakeGoogle;
  let policies: Policies;
  let portal: Portal;
  let tasks: {
    id: string;
    scope?: string;
    fn(signal: AbortSignal): Promise<void>;
  }[];

  const start = async (settings: object = Portal.settings(google)) => {
    tasks = [];
    portal = await new Portal().start(
      settings,
      mockServices.database.mock({ getClient: async () => knex }).factory,
      mockServices.scheduler.mock({
        scheduleTask: async task => {
          tasks.push(task as any);
        },
      }).factory,
    );
  };
  const cleanUp = () => tasks[0].fn(new AbortController().signal);
  const rows = () => knex('vertex_ai_grants').orderBy('created_at');
  /** Lets time pass: as if the rights had been given as much earlier. */
  const pass = async (millis: number) => {
    const earlier = (time: string) =>
      new Date(Date.parse(time) - millis).toISOString();
    for (const row of await rows()) {
      await knex('vertex_ai_grants')
        .where({ id: row.id })
        .update({
          created_at: earlier(row.created_at),
          ends_at: earlier(row.ends_at),
          next_try_at: earlier(row.next_try_at),
        });
    }
  };
  const record = async (body: object): Promise<string> => {
    const { status, text } = await portal.ask({ path: GRANTS, body });
    expect({ status, text }).toMatchObject({ status: 201 });
    return JSON.parse(text).id;
  };
  const intention = {
    userRef: 'user:default/alice',
    ownership: [],
    method: SET_POLICY,
    resource: ENDPOINT,
    reason: '',
  };
  /** Gives what is recorded, as alice. */
  const giveRecorded = async (id: string) => {
    const audit = new AuditRecords(knex);
    const row = await knex('vertex_ai_grants').where({ id }).first();
    for (const right of JSON.parse(row.undated)) {
      const [resource, role] = right.split(' ');
      const isAccount = resource.includes('/serviceAccounts/');
      policies.give(`${isAccount ? 'v1' : 'v1beta1'}/${resource}`, role);
      const call = `${id} ${resource}`;
      await audit.begin({ ...intention, id: call, resource, grant: id });
      await audit.end(call, { succeeded: true, status: 200 });
    }
  };
  const give = async (expiresAt: number, name?: string) =>
    giveRecorded(await record(asked(expiresAt, name)));
  /** Somebody calls Google to set a policy, through the portal. */
  const setPolicy = (more: Partial<Ask> = {}) =>
    portal.ask({
      path: `/api/proxy/vertex-ai/aiplatform/${at}:setIamPolicy`,
      body: { policy: { etag: 'a', version: 3 } },
      ...more,
    });

  beforeEach(async () => {
    knex = await databases.init(DATABASE);
    google = await FakeGoogle.start();
    policies = new Policies(google);
    await start();
  });

  afterEach(async () => {
    await portal.stop();
    await google.stop();
  });

  it('are recorded with who gave them, and stay until they end', async () => {
    await give(Date.now() + HOUR);
    await cleanUp();
    expect(google.received).toEqual([]);
    expect(await rows()).toMatchObject([
      { given_by: 'user:default/alice', done_at: null, tries: 0 },
    ]);
    expect(tasks[0].scope).toBe('global');
  });

  it('are taken back once when they have ended, after a restart too', async () => {
    await give(Date.now() + HOUR);
    await portal.stop();
    await start();
    await pass(HOUR);
    await cleanUp();
    expect(policies.holds(at)).toBe(false);
    expect(policies.written).toEqual([at]);
    const [row] = await rows();
    expect(row.done_at).not.toBeNull();
    expect(row.done_because).toBe('taken back');

    await cleanUp();
    expect(policies.written).toEqual([at]);
    // By the portal itself, recorded like every call.
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
    expect(written.reason).toContain(row.id);
  });

  it('are known by the calls that name their record', async () => {
    const body = asked(Date.now() + HOUR);
    Object.assign(body.source.entity.metadata.annotations, {
      'google.com/vertex-ai-service-account': ACCOUNT.split('/')[3],
    });
    const id = await record(body);
    const rights: string[] = JSON.parse((await rows())[0].undated);
    expect(rights).toHaveLength(2);
    for (const right of rights) {
      const [resource, role, member] = right.split(' ');
      const service = resource === ACCOUNT ? 'iam/v1' : 'aiplatform/v1beta1';
      const bindings = [{ role, members: [member] }];
      const answered = await setPolicy({
        path: `/api/proxy/vertex-ai/${service}/${resource}:setIamPolicy`,
        body: { policy: { version: 3, etag: 'a', bindings } },
        headers: { 'x-vertex-ai-grant': id },
      });
      expect(answered.status).toBe(200);
    }
    const given = [at, `v1/${ACCOUNT}`];
    expect(given.map(policies.holds)).toEqual([true, true]);
    expect(google.received[0].headers).not.toHaveProperty('x-vertex-ai-grant');
    await pass(HOUR);
    await cleanUp();
    expect(given.map(policies.holds)).toEqual([false, false]);
    expect(await rows()).toMatchObject([{ done_because: 'taken back' }]);
  });

  it('are tried again later where Google refuses, and only then', async () => {
    await give(Date.now() + HOUR);
    await pass(HOUR);
    policies.denied = true;
    await cleanUp();
    const [row] = await rows();
    expect(row).toMatchObject({ tries: 1, done_at: null });
    expect(row.last_error).toContain('google/permission-denied');
    expect(Date.parse(row.next_try_at)).toBeGreaterThan(Date.now());

    policies.denied = false;
    await cleanUp();
    expect(policies.holds(at)).toBe(true);
    await pass(HOUR);
    await cleanUp();
    expect(policies.holds(at)).toBe(false);
    expect((await rows())[0]).toMatchObject({ tries: 1, last_error: null });
  });

  it('stay while the same rights were given for longer', async () => {
    await give(Date.now() + HOUR);
    await give(Date.now() + 3 * HOUR);
    await pass(2 * HOUR);
    await cleanUp();
    expect(policies.holds(at)).toBe(true);
    await pass(HOUR);
    await cleanUp();
    expect(policies.holds(at)).toBe(false);
    expect((await rows()).every(({ done_at }) => done_at)).toBe(true);
  });

  it('stay alone where others that were given with them have ended', async () => {
    const giveActing = async (hours: number, name: string) => {
      const body = asked(Date.now() + hours * HOUR, name);
      const { annotations } = body.source.entity.metadata;
      Object.assign(annotations, {
        'google.com/vertex-ai-service-account': ACCOUNT.split('/')[3],
      });
      await giveRecorded(await record(body));
    };
    const churn = at.replace('fraud', 'churn');
    const held = () => [at, churn, `v1/${ACCOUNT}`].map(policies.holds);
    await giveActing(1, 'fraud-detector');
    await giveActing(3, 'churn-detector');
    expect(held()).toEqual([true, true, true]);

    await pass(2 * HOUR);
    await cleanUp();
    expect(held()).toEqual([false, true, true]);
    expect(await rows()).toMatchObject([
      { done_at: null, tries: 0, last_error: null },
      { done_at: null, tries: 0 },
    ]);
    // Given anew meanwhile, it is none of the first grant's any more.
    await giveActing(9, 'fraud-detector');
    await cleanUp();
    expect(policies.written).toEqual([at]);

    await pass(2 * HOUR);
    await cleanUp();
    expect(held()).toEqual([true, false, true]);
    await pass(8 * HOUR);
    await cleanUp();
    expect(held()).toEqual([false, false, false]);
    expect((await rows()).every(({ done_at }) => done_at)).toBe(true);
  });

  it('do not keep others from being taken back', async () => {
    await give(Date.now() + HOUR);
    await give(Date.now() + HOUR, 'churn-detector');
    await pass(HOUR);
    const other = at.replace('fraud', 'churn');
    const answer = google.answer;
    google.answer = (response, received) =>
      received.path.includes('fraud-detector')
        ? json(response, { error: { status: 'PERMISSION_DENIED' } }, 403)
        : answer(response, received);
    await cleanUp();
    expect(policies.holds(other)).toBe(false);
    expect((await rows()).map(({ tries }) => tries).sort()).toEqual([0, 1]);
  });

  it('are gone where what they were given on is', async () => {
    await give(Date.now() + HOUR);
    await pass(HOUR);
    const answer = google.answer;
    google.answer = (response, received) =>
      received.path.includes('/endpoints/')
        ? json(response, { error: { status: 'NOT_FOUND' } }, 404)
        : answer(response, received);
    await cleanUp();
    expect(await rows()).toMatchObject([{ tries: 0, last_error: null }]);
    expect((await rows())[0].done_at).not.toBeNull();
  });

  it('are not taken for gone where other roles are known than were given', async () => {
    await give(Date.now() + HOUR);
    await pass(HOUR);
    const undated = JSON.stringify([`${ENDPOINT} roles/earlier user:a@b.c`]);
    await knex('vertex_ai_grants').update({ undated });
    await cleanUp();
    const [row] = await rows();
    expect(row).toMatchObject({ done_at: null, tries: 1 });
    expect(row.last_error).toContain('roles/earlier');
    expect(google.received).toEqual([]);
  });

  it('are not recorded for the account that everybody is', async () => {
    await portal.stop();
    const account = ACCOUNT.split('/')[3];
    const { vertexAi, ...settings } = Portal.settings(google);
    const identity = { ...vertexAi.identity, serviceAccount: account };
    await start({ ...settings, vertexAi: { ...vertexAi, identity } });
    const body = asked(Date.now() + HOUR);
    const refused = await portal.refusal({
      path: GRANTS,
      body: { ...body, principal: `serviceAccount:${account}` },
    });
    expect(refused).toEqual({ status: 403, code: 'iam/own-request' });
    expect(await rows()).toEqual([]);
    await record(body);
  });

  it('are only recorded for a user who may administer, with an end', async () => {
    const body = asked(Date.now() + HOUR);
    const { expiresAt: _, ...endless } = body;
    const refused = (ask: object) =>
      portal.refusal({ path: GRANTS, body, ...ask });
    expect(await refused({ as: scaffolder })).toMatchObject({ status: 403 });
    expect(await refused({ as: null })).toMatchObject({ status: 401 });
    expect(await refused({ body: endless })).toEqual({
      status: 403,
      code: 'iam/expiry-missing',
    });
    expect(await refused({ body: asked(0) })).toEqual({
      status: 400,
      code: 'iam/expiry-past',
    });
    expect(await refused({ body: 'no JSON' })).toMatchObject({ status: 400 });
    portal.permission = name =>
      name === 'vertex-ai.administer'
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW;
    expect(await refused({})).toMatchObject({ status: 403 });
    expect(await rows()).toEqual([]);
  });

  describe('that have not been taken back', () => {
    const list = async (ask: object = {}) => {
      const answered = await portal.ask({ path: GRANTS, verb: 'GET', ...ask });
      expect(answered).toMatchObject({ status: 200 });
      return JSON.parse(answered.text).grants;
    };

    it('are listed for who may administer, whoever gave them', async () => {
      expect(await list()).toEqual([]);
      const body = asked(Date.now() + HOUR);
      Object.assign(body.source.entity.metadata.annotations, {
        'google.com/vertex-ai-service-account': ACCOUNT.split('/')[3],
      });
      await giveRecorded(await record(body));
      const [row] = await rows();
      const [one, ...others] = await list({ as: bob });
      expect(others).toEqual([]);
      expect(one).toMatchObject({
        id: row.id,
        givenBy: 'user:default/alice',
        principal: MEMBER,
        entity: 'component:default/fraud-detector',
        endsAt: row.ends_at,
        tries: 0,
      });
      const given = one.rights.map(({ resource, role, ends }: any) => {
        expect(role).toMatch(/^projects\/acme-ml\/roles\//);
        return [resource, ends];
      });
      expect(given).toEqual([
        ['projects/acme-ml', 'by-condition'],
        [ENDPOINT, 'taken-back'],
        [ACCOUNT, 'taken-back'],
      ]);
    });

    it('are listed with what keeps them, and no longer once they are gone', async () => {
      await give(Date.now() + HOUR);
      await pass(HOUR);
      policies.denied = true;
      await cleanUp();
      const [one] = await list();
      expect(one).toMatchObject({
        tries: 1,
        lastError: expect.stringContaining('google/permission-denied'),
        rights: [{ resource: ENDPOINT, ends: 'taken-back' }],
      });
      expect(JSON.stringify(one)).not.toContain(SECRET);
      policies.denied = false;
      await pass(HOUR);
      await cleanUp();
      expect(await list()).toEqual([]);
    });

    it('are told to nobody else', async () => {
      const refused = (ask: object) =>
        portal.refusal({ path: GRANTS, verb: 'GET', ...ask });
      expect(await refused({ as: scaffolder })).toMatchObject({ status: 403 });
      expect(await refused({ as: null })).toMatchObject({ status: 401 });
      portal.permission = name =>
        name === 'vertex-ai.administer'
          ? AuthorizeResult.DENY
          : AuthorizeResult.ALLOW;
      expect(await refused({})).toMatchObject({ status: 403 });
    });
  });

  describe('that were not given after all', () => {
    const withdraw = (ask: object = {}) =>
      portal.ask({ path: '', verb: 'DELETE', ...ask });
    const pathOf = async () => `${GRANTS}/${(await rows())[0].id}`;

    it('are withdrawn by who recorded them, and the record stays', async () => {
      await record(asked(Date.now() + HOUR));
      const path = await pathOf();
      expect(await withdraw({ path })).toMatchObject({ status: 204 });
      const [row] = await rows();
      expect(row).toMatchObject({
        given_by: 'user:default/alice',
        done_because: 'withdrawn: nothing was given',
      });
      expect(portal.logs.join()).toContain('were not given');
      await pass(HOUR);
      await cleanUp();
      expect(policies.written).toEqual([]);
      // Once is enough.
      expect(await withdraw({ path })).toMatchObject({ status: 404 });
      expect((await rows())[0].done_at).toBe(row.done_at);
    });

    it('are withdrawn by nobody else, nor after their end', async () => {
      await record(asked(Date.now() + HOUR));
      const path = await pathOf();
      const status = async (ask: object) => (await withdraw(ask)).status;
      expect(await status({ path, as: bob })).toBe(404);
      expect(await status({ path, as: scaffolder })).toBe(403);
      expect(await status({ path, as: null })).toBe(401);
      expect(await status({ path: `${GRANTS}/other` })).toBe(404);
      portal.permission = name =>
        name === 'vertex-ai.administer'
          ? AuthorizeResult.DENY
          : AuthorizeResult.ALLOW;
      expect(await status({ path })).toBe(403);
      portal.permission = () => AuthorizeResult.ALLOW;
      await pass(HOUR);
      expect(await status({ path })).toBe(404);
      expect((await rows())[0].done_at).toBeNull();
    });

    it('stay recorded where a policy may have been changed since', async () => {
      await record(asked(Date.now() + HOUR));
      const path = await pathOf();
      const { answer } = google;
      const change = async (status: number, more?: Partial<Ask>) => {
        google.answer =
          status === 200
            ? answer
            : response => json(response, { error: {} }, status);
        expect(await setPolicy(more)).toMatchObject({ status });
      };
      for (const status of [503, 200]) {
        await change(status);
        expect(await withdraw({ path })).toMatchObject({ status: 409 });
        expect((await rows())[0].done_at).toBeNull();
        await knex('vertex_ai_audit').delete();
      }
      // What others changed, and what was surely refused, does not count.
      await change(200, { as: bob });
      await change(403);
      // Nor does what was given under another record.
      await change(200, { headers: { 'x-vertex-ai-grant': 'another' } });
      expect(await portal.records()).toHaveLength(3);
      // Nor what was never sent.
      const audit = new AuditRecords(knex);
      await audit.begin({ ...intention, id: 'unsent' });
      expect(await withdraw({ path })).toMatchObject({ status: 409 });
      await audit.end('unsent', { succeeded: false, unsent: true });
      expect(await withdraw({ path })).toMatchObject({ status: 204 });
    });

    it('stay recorded where the clocks of two replicas are apart', async () => {
      await setPolicy();
      await record(asked(Date.now() + HOUR));
      const path = await pathOf();
      const earlier = (millis: number) =>
        knex('vertex_ai_audit').update({
          created_at: new Date(Date.now() - millis).toISOString(),
        });
      await earlier(5 * 60_000);
      expect(await withdraw({ path })).toMatchObject({ status: 409 });
      await earlier(HOUR);
      expect(await withdraw({ path })).toMatchObject({ status: 204 });
    });

    it('take nothing away from who has them for good', async () => {
      await give(Date.now() + HOUR);
      await knex('vertex_ai_audit').delete();
      // Whoever recorded them has no right to give them.
      policies.denied = true;
      expect(await setPolicy()).toMatchObject({ status: 403 });
      await pass(HOUR);
      await cleanUp();
      expect(policies.written).toEqual([]);
      policies.denied = false;
      await cleanUp();
      expect(policies.holds(at)).toBe(true);
      expect(await rows()).toMatchObject([
        { done_because: 'withdrawn: nothing was given', tries: 0 },
      ]);
    });

    it('take nothing away where only others were given with them', async () => {
      const body = asked(Date.now() + HOUR);
      Object.assign(body.source.entity.metadata.annotations, {
        'google.com/vertex-ai-service-account': ACCOUNT.split('/')[3],
      });
      const id = await record(body);
      await giveRecorded(id);
      await knex('vertex_ai_audit').where({ resource: ACCOUNT }).delete();
      await pass(HOUR);
      await cleanUp();
      expect(policies.holds(at)).toBe(false);
      expect(policies.holds(`v1/${ACCOUNT}`)).toBe(true);
      expect(await rows()).toMatchObject([{ done_because: 'taken back' }]);
    });

    it('end with those that they prolong', async () => {
      await give(Date.now() + HOUR);
      await record(asked(Date.now() + 3 * HOUR));
      await pass(2 * HOUR);
      await cleanUp();
      expect(policies.holds(at)).toBe(true);
      await pass(HOUR);
      await cleanUp();
      expect(policies.holds(at)).toBe(false);
      expect((await rows()).map(row => row.done_because)).toEqual([
        'taken back',
        'withdrawn: nothing was given',
      ]);
    });

    it('stay recorded while they may still be given', async () => {
      await record(asked(Date.now() + HOUR));
      await knex('vertex_ai_grants').update({
        ends_at: new Date().toISOString(),
        next_try_at: new Date().toISOString(),
      });
      await cleanUp();
      expect(await rows()).toMatchObject([{ done_at: null, tries: 0 }]);
    });
  });

  it('are not recorded without a database, which is said, and hold no secret', async () => {
    await give(Date.now() + HOUR);
    await pass(HOUR);
    policies.denied = true;
    await cleanUp();
    const seen = JSON.stringify([await rows(), await portal.records()]);
    expect(seen + portal.logs.join()).not.toContain(SECRET);

    await knex.schema.dropTable('vertex_ai_grants');
    const body = asked(Date.now() + HOUR);
    const { status } = await portal.ask({ path: GRANTS, body });
    expect(status).toBe(503);
  });
});
