/** Requests to start a deployment, and to plan one. */
import { unseen } from './__testUtils__/openApi';
import { bob, entity, Portal, REF, service } from './__testUtils__/portal';
import { Latch } from './__testUtils__/runs';
import { Deployments } from './deployments/store';

let portal: Portal;

beforeEach(async () => {
  portal = await new Portal().start();
});
afterEach(() => portal.stop());

describe('POST /deployments', () => {
  it('runs to its end under a mandate, as the plugin and no user', async () => {
    const { status, body } = await portal.startDeployment();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      entityRef: REF,
      user: 'user:default/alice',
      endpoint: expect.stringMatching(/endpoints\/fraud-detector$/),
    });
    expect(await portal.ended(body.id)).toMatchObject({
      state: 'succeeded',
      deployedModelId: '1234567890',
      consoleUrl: expect.stringContaining('https://'),
      stage: { name: 'STEP_3', index: 3, count: 3 },
      endedAt: expect.any(String),
    });

    const [asked, ...calls] = portal.proxied;
    expect(asked).toMatchObject({
      verb: 'POST',
      path: '/mandates',
      principal: {
        type: 'user',
        userEntityRef: 'user:default/alice',
      },
      body: {
        deployment: body.id,
        request: { kind: 'deploy', runId: body.id, reason: expect.anything() },
      },
    });
    const steps = calls.filter(({ path }) => path.startsWith('/steps'));
    expect(steps).toHaveLength(3);
    for (const step of steps) {
      expect(step).toMatchObject({
        principal: { type: 'service', subject: 'plugin:vertex-ai' },
        mandate: body.mandate,
        lease: '1',
      });
    }
  });

  it('plans, delegates and runs a kind with its options', async () => {
    const change = { kind: 'traffic', deployedModelId: '7', traffic: 20 };
    const { status, body } = await portal.startDeployment({
      body: { entityRef: REF, ...change },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ kind: 'traffic', deployedModelId: '7' });
    await portal.ended(body.id);
    expect(portal.proxied[0].body.request).toMatchObject(change);
    expect(portal.runs.requests).toEqual([expect.objectContaining(change)]);
  });

  it('refuses an option of another kind, and an endpoint that is not confirmed', async () => {
    for (const change of [
      { traffic: 20 },
      { kind: 'undeploy', all: true, deleteEndpoint: 'another' },
      { kind: 'undeploy' },
      { kind: 'scale', deployedModelId: '7', minReplicas: 3, maxReplicas: 2 },
    ]) {
      const { status, body } = await portal.startDeployment({
        body: { entityRef: REF, ...change },
      });
      expect(status).toBe(400);
      expect(body.diagnostics[0].code).toBe('request/malformed');
    }
    expect(portal.proxied).toEqual([]);
  });

  it('ends the mandate with the deployment', async () => {
    const { body } = await portal.startDeployment();
    const revoked = await portal.asked(({ verb }) => verb === 'DELETE');
    expect(revoked).toMatchObject({
      path: '/mandates',
      query: { deployment: body.id },
      body: { because: 'the deployment ended: succeeded' },
    });
  });

  it('is one deployment under one key', async () => {
    const answers = await Promise.all([
      portal.startDeployment(),
      portal.startDeployment(),
      portal.startDeployment(),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    await portal.ended(answers[0].body.id);
    expect((await portal.startDeployment()).status).toBe(200);
    expect(portal.runs.requests).toHaveLength(1);
    const mandates = portal.proxied.filter(
      ({ path, verb }) => path === '/mandates' && verb === 'POST',
    );
    expect(mandates).toHaveLength(1);
  });

  it('scopes a key to its user and its entity', async () => {
    const ids = [
      await portal.startDeployment(),
      await portal.startDeployment({ as: bob }),
      await portal.startDeployment({
        body: { entityRef: 'component:default/other' },
      }),
      await portal.startDeployment({ key: 'key-2' }),
    ].map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(4);
  });

  it('refuses another body under the same key', async () => {
    await portal.startDeployment();
    const { status, body } = await portal.startDeployment({
      body: { entityRef: REF, modelVersion: '4' },
    });
    expect(status).toBe(409);
    expect(body.error.message).toContain('another body');
  });

  it.each([
    ['no key', { key: undefined }, 'idempotency-key'],
    ['a key with a blank', { key: 'a b' }, 'idempotency-key'],
    ['no entity', { body: {} }, 'either `entityRef` or `text`'],
    ['an unknown field', { body: { entityRef: REF, shape: 1 } }, 'shape'],
    ['a list', { body: [] }, 'object'],
    ['no JSON', { body: '{' }, 'JSON'],
    ['no entity ref', { body: { entityRef: ':/' } }, 'entity ref'],
  ])('refuses %s', async (_, more, words) => {
    const { status, body } = await portal.startDeployment(more);
    expect(status).toBe(400);
    expect(body.error.message).toContain(words);
    expect(body.diagnostics[0].code).toBe('request/malformed');
  });

  it('refuses wrong annotations with the core’s findings, before anything is stored', async () => {
    const { status, body } = await portal.startDeployment({
      body: { entityRef: 'component:default/broken' },
    });
    expect(status).toBe(400);
    expect(body.diagnostics[0].message).toContain('n1-standart-4');
    expect(portal.proxied).toEqual([]);
    expect(await portal.database('vertex_ai_deployments')).toEqual([]);
  });

  it('refuses a body that is too large', async () => {
    const { status } = await portal.startDeployment({
      body: { entityRef: 'a'.repeat(300_000) },
    });
    expect(status).toBe(413);
  });

  it('refuses an entity that the caller does not see', async () => {
    const { status } = await portal.startDeployment({
      body: { entityRef: 'component:default/hidden' },
    });
    expect(status).toBe(404);
  });

  it('deploys the text of a file, with the permission on its entity', async () => {
    const text = JSON.stringify({
      ...entity,
      metadata: { ...entity.metadata, name: 'new' },
    });
    const start = () =>
      portal.startDeployment({ body: { text, file: 'catalog-info.yaml' } });
    const { status, body } = await start();
    expect(status).toBe(201);
    expect(body.entityRef).toBe('component:default/new');
    await portal.ended(body.id);
    portal.permission = (_, resource) => resource !== 'component:default/new';
    expect((await start()).status).toBe(403);
  });

  it('refuses a user without the permission on the entity', async () => {
    portal.permission = (name, resource) =>
      !(name === 'vertex-ai.deployment.start' && resource === REF);
    const { status, body } = await portal.startDeployment();
    expect(status).toBe(403);
    expect(body.error.message).toContain('vertex-ai.deployment.start');
    expect(portal.proxied).toEqual([]);
  });

  it('refuses services, also with every permission', async () => {
    const { status } = await portal.startDeployment({
      as: service('plugin:scaffolder'),
    });
    expect(status).toBe(403);
  });

  it('passes the refusal of a mandate on and frees the key', async () => {
    portal.mandate = () => [
      403,
      {
        diagnostic: {
          code: 'proxy/target-not-allowed',
          severity: 'error',
          message: 'the project is not allowed',
        },
      },
    ];
    const refused = await portal.startDeployment();
    expect(refused.status).toBe(403);
    expect(refused.body.diagnostic.code).toBe('proxy/target-not-allowed');
    expect(portal.runs.requests).toEqual([]);
    const [row] = await portal.database('vertex_ai_deployments');
    expect(row).toMatchObject({ state: 'failed', mandate: null });

    portal.mandate = () => [201, { id: 'mandate' }];
    expect((await portal.startDeployment()).status).toBe(201);
  });

  it('ends a mandate that another start was faster than', async () => {
    portal.mandate = () => [503, {}];
    await portal.startDeployment();
    const age = { created_at: new Date(Date.now() - 3_000).toISOString() };
    await portal.database('vertex_ai_deployments').update(age);
    const latch = new Latch();
    portal.runs.before = () => latch.opened;
    portal.mandate = () => [201, { id: `mandate-${portal.proxied.length}` }];
    const answers = await Promise.all([
      portal.startDeployment(),
      portal.startDeployment(),
    ]);
    const { mandate } = answers[0].body;
    const made = ['mandate-2', 'mandate-3'];
    expect(made).toContain(mandate);
    const other = made.find(id => id !== mandate);
    await portal.asked(
      ({ verb, path }) => verb === 'DELETE' && path === `/mandates/${other}`,
    );
    latch.release();
    await portal.ended(answers[0].body.id);
  });

  it('starts anew where a runner ends the interrupted start meanwhile', async () => {
    portal.mandate = () => [503, {}];
    await portal.startDeployment();
    const [before] = await portal.database('vertex_ai_deployments');
    const age = { created_at: new Date(Date.now() - 3_000).toISOString() };
    await portal.database('vertex_ai_deployments').update(age);
    portal.mandate = () => [201, { id: 'mandate' }];
    const giveMandate = jest.spyOn(Deployments.prototype, 'giveMandate');
    giveMandate.mockImplementationOnce(async function late(
      this: Deployments,
      id,
    ) {
      const set = { idempotency_key: null };
      await this.record(id, { refused: { diagnostics: [] } }, { set });
      return false;
    });
    const { status, body } = await portal.startDeployment();
    giveMandate.mockRestore();
    expect(status).toBe(201);
    expect(body.id).not.toBe(before.id);
    expect((await portal.startDeployment()).body.id).toBe(body.id);
    expect((await portal.ended(body.id)).state).toBe('succeeded');
  });

  it('does nothing without a mandate, and tells it when the start is repeated', async () => {
    portal.mandate = () => [503, {}];
    expect((await portal.startDeployment()).status).toBe(503);
    const again = await portal.startDeployment();
    expect(again).toMatchObject({ status: 200, body: { state: 'pending' } });
    expect(portal.runs.requests).toEqual([]);
  });
});

describe('POST /deployments/plan', () => {
  it('shows a plan to those who may start it, and starts nothing', async () => {
    const ask = () =>
      portal.ask('/deployments/plan', { body: { entityRef: REF } });
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(body.explanation).toContain('Deploy `fraud-detector@3`');
    expect(portal.proxied).toEqual([]);
    expect(await portal.database('vertex_ai_deployments')).toEqual([]);
    portal.permission = () => false;
    expect((await ask()).status).toBe(403);
    portal.permission = () => true;
    const wrong = { entityRef: REF, traffic: 3 };
    const refused = await portal.ask('/deployments/plan', { body: wrong });
    expect(refused.status).toBe(400);
    const hidden = { entityRef: 'component:default/hidden' };
    const missing = await portal.ask('/deployments/plan', { body: hidden });
    expect(missing.status).toBe(404);
  });
});

describe('openapi.yaml', () => {
  it('describes no answer that no test got', () => {
    expect(unseen('starting')).toEqual([]);
  });
});
