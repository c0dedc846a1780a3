import { mockServices } from '@backstage/backend-test-utils';
import { FakeGoogle, json } from './__testUtils__/google';
import {
  bob,
  DEPLOY,
  ENDPOINT,
  OPERATION,
  Portal,
  scaffolder,
} from './__testUtils__/portal';

const MINUTE = 60_000;
const MARKER = 'm4rk3r-of-a-body';
const body = {
  deployedModel: { id: '4711', model: '7', displayName: MARKER },
};
const GOOGLE = '/api/proxy/vertex-ai/aiplatform/v1';
const look = { verb: 'GET', path: `${GOOGLE}/${ENDPOINT}` };
const list = { verb: 'GET', path: `${GOOGLE}/${ENDPOINT}/operations` };
const poll = { verb: 'GET', path: `${GOOGLE}/${OPERATION}` };
const deployed = {
  name: OPERATION,
  done: true,
  response: { deployedModel: { id: '4711' } },
};

describe('the unknown outcome of a change', () => {
  let google: FakeGoogle;
  let portal: Portal;
  let tasks: Map<string, () => Promise<void>>;

  beforeEach(async () => {
    google = await FakeGoogle.start();
    tasks = new Map();
    portal = await new Portal().start(
      Portal.settings(google),
      mockServices.scheduler.mock({
        scheduleTask: async ({ id, fn }) => {
          tasks.set(id, fn as () => Promise<void>);
        },
      }).factory,
    );
  });

  afterEach(async () => {
    await portal.stop();
    await google.stop();
  });

  const row = async () => (await portal.records())[0];

  /** Deploys; Google takes the call, and its answer is lost. */
  async function lose() {
    google.answer = response => {
      response.destroy();
    };
    expect((await portal.ask({ path: DEPLOY, body })).status).toBe(502);
    expect(await row()).toMatchObject({ outcome: 'unknown', operation: null });
  }

  /** As if all records were as much older. */
  async function age(millis: number) {
    for (const record of await portal.records()) {
      const earlier = (time: string | null) =>
        time && new Date(Date.parse(time) - millis).toISOString();
      await portal
        .database('vertex_ai_audit')
        .where({ id: record.id })
        .update({
          created_at: earlier(record.created_at),
          finished_at: earlier(record.finished_at),
        });
    }
  }

  function answers(answer: object) {
    google.answer = response => json(response, answer);
  }

  it('is shown by the endpoint that serves the model', async () => {
    await lose();
    answers({ name: ENDPOINT, deployedModels: [{ id: '4711' }] });
    const { status, text } = await portal.ask(look);
    expect([status, JSON.parse(text).name]).toEqual([200, ENDPOINT]);
    expect(await row()).toMatchObject({
      outcome: 'succeeded',
      evidence: 'aiplatform.projects.locations.endpoints.get',
    });
    const { id } = await row();
    expect(portal.events.slice(-2)).toMatchObject([
      { eventId: 'vertex-ai-outcome', state: 'initiated' },
      { state: 'succeeded', meta: { auditId: id, resource: ENDPOINT } },
    ]);
    await portal.ask(look);
    expect(portal.events).toHaveLength(4);
  });

  it('is shown by the operation, which a service may follow from then on', async () => {
    await lose();
    answers(deployed);
    expect((await portal.ask({ ...poll, as: scaffolder })).status).toBe(403);
    await portal.ask(poll);
    expect(await row()).toMatchObject({
      outcome: 'succeeded',
      operation: OPERATION,
    });
    expect((await portal.ask({ ...poll, as: scaffolder })).status).toBe(200);
  });

  it('is known to be none where neither model nor operation exists', async () => {
    await lose();
    await age(10 * MINUTE);
    answers({});
    await portal.ask(look);
    expect((await row()).outcome).toBe('unknown');
    await portal.ask(list);
    expect(await row()).toMatchObject({ outcome: 'unknown' });
    await portal.ask(look);
    expect(await row()).toMatchObject({ outcome: 'failed', operation: null });
  });

  it('stays unknown as long as an answer may be about another call', async () => {
    await lose();
    answers({ deployedModels: [{ id: '4712' }] });
    await portal.ask(look);
    answers({ deployedModels: [{ id: '4711' }] });
    await portal.ask({ ...look, as: bob });
    google.answer = response =>
      json(response, { error: { status: 'ALREADY_EXISTS' } }, 409);
    await portal.ask({ path: DEPLOY, body });
    expect(await portal.records()).toMatchObject([
      { outcome: 'unknown' },
      { outcome: 'failed', http_status: 409 },
    ]);
    // Another call with the same id has succeeded.
    answers({ name: OPERATION });
    await portal.ask({ path: DEPLOY, body });
    answers(deployed);
    await portal.ask(poll);
    expect((await portal.records()).map(({ outcome }) => outcome)).toEqual([
      'unknown',
      'failed',
      'succeeded',
    ]);
  });

  it('replaces `pending` where the process ended in the call', async () => {
    await lose();
    await portal
      .database('vertex_ai_audit')
      .update({ outcome: 'pending', finished_at: null });
    await age(14 * MINUTE);
    const sweep = tasks.get('vertex-ai-audit-sweep')!;
    await sweep();
    expect((await row()).outcome).toBe('pending');
    await age(2 * MINUTE);
    await sweep();
    expect(await row()).toMatchObject({
      outcome: 'unknown',
      error: 'the process ended before the call did',
      finished_at: expect.any(String),
    });
    answers(deployed);
    await portal.ask(poll);
    expect((await row()).outcome).toBe('succeeded');
  });

  it('is shown also while the process that sent the call may be alive', async () => {
    google.answer = response => {
      google.answer = other => json(other, deployed);
      // This look passes before the call itself is settled.
      portal.ask(poll).finally(() => response.destroy());
    };
    expect((await portal.ask({ path: DEPLOY, body })).status).toBe(502);
    expect(await row()).toMatchObject({
      outcome: 'succeeded',
      operation: OPERATION,
    });
  });

  it('keeps no read from its answer where the database is gone', async () => {
    await portal.database.schema.dropTable('vertex_ai_audit');
    answers({ name: ENDPOINT });
    const { status, text } = await portal.ask(look);
    expect([status, JSON.parse(text)]).toEqual([200, { name: ENDPOINT }]);
  });

  it('is recognised by a fingerprint, not by the body', async () => {
    await lose();
    expect((await row()).clue).toMatch(/^[0-9a-f]{16}$/);
    const rows = JSON.stringify(await portal.records());
    expect(rows).not.toContain(MARKER);
    expect(rows).not.toContain('4711');
  });
});

describe('an error of the database', () => {
  const PLANTED = 'ya29.planted-token';

  it('shows no SQL and no value, in log and answer', async () => {
    const google = await FakeGoogle.start();
    const portal = await new Portal().start(Portal.settings(google));
    for (const [event, table] of [
      ['insert', 'vertex_ai_audit'],
      ['insert', 'vertex_ai_grants'],
    ]) {
      await portal.database.raw(
        `create trigger full_${table} before ${event} on ${table} begin select raise(abort, 'disk full'); end`,
      );
    }
    const headers = { 'x-goog-request-reason': PLANTED };
    const change = await portal.ask({ path: DEPLOY, body, headers });
    const grants = await portal.ask({
      path: '/api/proxy/vertex-ai/grants',
      body: PLANTED,
    });
    // Rows with values of their own, which the database cannot store.
    await portal.database.schema.dropTable('vertex_ai_audit');
    const again = await portal.ask({ path: DEPLOY, body, headers });
    const read = await portal.ask({ ...poll, as: scaffolder, headers });
    expect([change, again, read].map(({ status }) => status)).toEqual([
      503, 503, 503,
    ]);
    const shown = [change, grants, again, read].map(({ text }) => text);
    for (const text of [...shown, ...portal.logs]) {
      expect(text).not.toMatch(
        /insert|select|vertex_ai_audit|no such table|disk full/i,
      );
      expect(text).not.toContain(PLANTED);
    }
    expect(portal.logs.join('\n')).toContain('the database failed');
    await portal.stop();
    await google.stop();
  });
});
