import { mockCredentials } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { FakeGoogle, json, SECRET } from './__testUtils__/google';
import {
  alice,
  bob,
  DEPLOY,
  ENDPOINT,
  OPERATION,
  Portal,
  PREDICT,
  scaffolder,
} from './__testUtils__/portal';

const MODEL = 'projects/acme-ml/locations/us-central1/models/m';
const body = { deployedModel: { model: MODEL } };
const POLL = `/api/proxy/vertex-ai/aiplatform/v1/${OPERATION}`;

describe('a call that changes something', () => {
  let google: FakeGoogle;
  let portal: Portal;

  beforeEach(async () => {
    google = await FakeGoogle.start();
    google.answer = response => json(response, { name: OPERATION });
    portal = await new Portal().start(Portal.settings(google));
  });

  afterEach(async () => {
    await portal.stop();
    await google.stop();
  });

  it('is recorded before it is sent, and again with its outcome', async () => {
    let before: any[] = [];
    let events = 0;
    google.answer = async response => {
      before = await portal.records();
      events = portal.events.length;
      json(response, { name: OPERATION });
    };
    const { status, text } = await portal.ask({ path: DEPLOY, body });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ name: OPERATION });

    expect(events).toBe(1);
    expect(before).toMatchObject([
      {
        user_ref: 'user:default/alice',
        method: 'aiplatform.projects.locations.endpoints.deployModel',
        resource: ENDPOINT,
        outcome: 'pending',
        operation: null,
      },
    ]);
    const [after] = await portal.records();
    expect(after).toMatchObject({
      id: before[0].id,
      outcome: 'succeeded',
      http_status: 200,
      operation: OPERATION,
    });
    const reason = google.received[0].headers['x-goog-request-reason'];
    expect(reason).toContain(after.id);
    expect(after.reason).toBe(reason);
    expect(portal.events.map(({ state }) => state)).toEqual([
      'initiated',
      'succeeded',
    ]);
    expect(portal.events[0]).toMatchObject({
      eventId: 'vertex-ai-call',
      severityLevel: 'high',
      meta: { auditId: after.id, resource: ENDPOINT },
    });
  });

  it('is an event of the audit log where it is denied, and a read is not', async () => {
    portal.permission = () => AuthorizeResult.DENY;
    const read = { path: DEPLOY.replace(/:.*/, ''), verb: 'GET' };
    expect((await portal.ask(read)).status).toBe(403);
    expect(portal.events).toEqual([]);
    expect((await portal.ask({ path: DEPLOY, body })).status).toBe(403);
    expect(portal.events).toMatchObject([
      { eventId: 'vertex-ai-denied', state: 'initiated' },
      {
        state: 'failed',
        meta: {
          verb: 'POST',
          path: DEPLOY,
          user: 'user:default/alice',
          code: 'portal/refused',
        },
      },
    ]);
    expect(await portal.records()).toEqual([]);
    portal.auditorFails = true;
    expect((await portal.ask({ path: DEPLOY, body })).status).toBe(403);
    expect(portal.logs.join()).toContain('did not reach the audit log');
  });

  it('names the service that acts for a user', async () => {
    const token = mockCredentials.user.token('user:default/alice', {
      actor: { subject: 'plugin:scaffolder' },
    });
    const as = `Bearer ${token}`;
    await portal.ask({ path: DEPLOY, body, as });
    expect(await portal.records()).toMatchObject([
      { user_ref: 'user:default/alice', actor: 'plugin:scaffolder' },
    ]);
    expect(google.received[0].headers).toMatchObject({
      authorization: `Bearer ${SECRET}.user:default/alice`,
      'x-goog-request-reason': expect.stringContaining('plugin:scaffolder'),
    });
  });

  it("records Google's rejection", async () => {
    google.answer = response =>
      json(
        response,
        { error: { status: 'PERMISSION_DENIED', message: 'no' } },
        403,
      );
    const { status } = await portal.ask({ path: DEPLOY, body });
    expect(status).toBe(403);
    expect(await portal.records()).toMatchObject([
      {
        outcome: 'failed',
        http_status: 403,
        error: 'PERMISSION_DENIED: no',
      },
    ]);
    expect(portal.events[1].state).toBe('failed');
  });

  it('has an unknown outcome when Google fails after it received the call', async () => {
    google.answer = response =>
      json(response, { error: { status: 'UNAVAILABLE', message: 'no' } }, 503);
    const { status } = await portal.ask({ path: DEPLOY, body });
    expect(status).toBe(503);
    expect(await portal.records()).toMatchObject([
      { outcome: 'unknown', http_status: 503, error: 'UNAVAILABLE: no' },
    ]);
  });

  it('is refused when the database cannot record it', async () => {
    await portal.database.schema.dropTable('vertex_ai_audit');
    expect(await portal.refusal({ path: DEPLOY, body })).toEqual({
      status: 503,
      code: 'portal/refused',
    });
    expect(google.received).toEqual([]);
    expect(portal.events.map(({ state }) => state)).toEqual([
      'initiated',
      'failed',
    ]);
  });

  it('is refused when the audit log cannot record it', async () => {
    portal.auditorFails = true;
    expect(await portal.refusal({ path: DEPLOY, body })).toEqual({
      status: 503,
      code: 'portal/refused',
    });
    expect(google.received).toEqual([]);
  });

  it('has an unknown outcome when the answer is cut off', async () => {
    google.answer = response => {
      response.writeHead(200);
      response.write('{"name":', () => response.destroy());
    };
    expect(await portal.refusal({ path: DEPLOY, body })).toEqual({
      status: 502,
      code: 'google/answer-unreadable',
    });
    expect(await portal.records()).toMatchObject([
      { outcome: 'unknown', error: expect.stringContaining('not known') },
    ]);
  });

  it('has an unknown outcome when its operation cannot be read', async () => {
    google.answer = response => {
      response.writeHead(200, { 'content-type': 'application/x-protobuf' });
      response.end(Buffer.from([0x0a, 0x02, 0x61, 0x62]));
    };
    expect(await portal.ask({ path: DEPLOY, body })).toMatchObject({
      status: 200,
      text: '\n\x02ab',
    });
    expect(await portal.records()).toMatchObject([
      {
        outcome: 'unknown',
        http_status: 200,
        operation: null,
        error: expect.stringContaining('unknown'),
      },
    ]);
    expect(portal.events[1].state).toBe('failed');
  });

  it('reaches the audit log although its row cannot be completed, which is logged', async () => {
    google.answer = async response => {
      await portal.database.schema.dropTable('vertex_ai_audit');
      json(response, { name: OPERATION });
    };
    expect(await portal.ask({ path: DEPLOY, body })).toMatchObject({
      status: 200,
    });
    expect(portal.events).toMatchObject([
      { state: 'initiated' },
      { state: 'succeeded', meta: { operation: OPERATION } },
    ]);
    const lost = portal.logs.filter(line => line.includes('did not reach'));
    expect(lost).toEqual([expect.stringContaining('the database')]);
  });

  it('reaches the database although the audit log fails, which is logged', async () => {
    const full = async () => {
      throw new Error('the audit log is full');
    };
    jest
      .spyOn(portal, 'record')
      .mockResolvedValueOnce({ success: full, fail: full });
    await portal.ask({ path: DEPLOY, body });
    expect(await portal.records()).toMatchObject([
      { outcome: 'succeeded', operation: OPERATION },
    ]);
    const lost = portal.logs.filter(line => line.includes('did not reach'));
    expect(lost).toEqual([expect.stringContaining('the audit log')]);
  });

  it('runs to its end when the caller leaves, so that its operation is known', async () => {
    let arrived!: () => void;
    const arrival = new Promise<void>(resolve => {
      arrived = resolve;
    });
    let goOn!: () => void;
    const left = new Promise<void>(resolve => {
      goOn = resolve;
    });
    google.answer = async response => {
      arrived();
      await left;
      json(response, { name: OPERATION });
    };
    const leaving = new AbortController();
    const call = fetch(portal.url(DEPLOY), {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { authorization: alice },
      signal: leaving.signal,
    });
    await arrival;
    leaving.abort();
    await expect(call).rejects.toThrow();
    goOn();
    await portal.event('succeeded');
    expect(await portal.records()).toMatchObject([{ operation: OPERATION }]);
  });

  it('is not sent when the caller leaves before', async () => {
    let asked!: () => void;
    const asking = new Promise<void>(resolve => {
      asked = resolve;
    });
    let goOn!: () => void;
    const left = new Promise<void>(resolve => {
      goOn = resolve;
    });
    google.beforeToken = async sub => {
      if (sub !== 'user:default/alice') return;
      asked();
      await left;
    };
    const leaving = new AbortController();
    const call = fetch(portal.url(DEPLOY), {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { authorization: alice },
      signal: leaving.signal,
    });
    await asking;
    leaving.abort();
    await expect(call).rejects.toThrow();
    // When another call has passed, the portal knows that the first caller left.
    await portal.ask({ path: PREDICT, body: {}, as: bob });
    goOn();
    await portal.event('failed');
    expect(google.received.map(({ path }) => path)).toEqual([
      expect.stringContaining(':predict'),
    ]);
    expect(await portal.records()).toMatchObject([
      { outcome: 'unsent', error: 'the caller left before anything was sent' },
    ]);
  });

  it('may be followed by a service on behalf of its starter', async () => {
    await portal.ask({ path: DEPLOY, body, as: bob });
    google.answer = response => json(response, { name: OPERATION, done: true });
    const { status, text } = await portal.ask({
      path: POLL,
      verb: 'GET',
      as: scaffolder,
    });
    expect([status, JSON.parse(text).done]).toEqual([200, true]);
    expect(google.received[1].headers).toMatchObject({
      authorization: `Bearer ${SECRET}.user:default/bob`,
      'x-goog-request-reason': expect.stringContaining('user:default/bob'),
    });
    expect(
      await portal.refusal({ path: PREDICT, as: scaffolder, body: {} }),
    ).toEqual({ status: 403, code: 'proxy/caller-not-allowed' });
  });
});
