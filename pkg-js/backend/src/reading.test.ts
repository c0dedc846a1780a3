/** Lists of deployments, single ones, and their traces. */
import { unseen } from './__testUtils__/openApi';
import { bob, Portal, REF, service } from './__testUtils__/portal';
import { Latch } from './__testUtils__/runs';

let portal: Portal;

beforeEach(async () => {
  portal = await new Portal().start();
});
afterEach(() => portal.stop());

describe('reading', () => {
  it('hides the deployments of entities that the caller may not read', async () => {
    const { body } = await portal.startDeployment();
    const other = await portal.startDeployment({
      body: { entityRef: 'component:default/other' },
    });
    portal.permission = (_, resource, user) =>
      user !== 'user:default/bob' || resource !== REF;
    expect((await portal.ask(`/deployments/${body.id}`)).status).toBe(200);
    const hidden = await portal.ask(`/deployments/${body.id}`, { as: bob });
    const missing = await portal.ask(
      '/deployments/00000000-0000-4000-8000-000000000000',
    );
    expect(hidden).toEqual(missing);
    expect(hidden.status).toBe(404);
    expect((await portal.cancel(body.id, { as: bob })).status).toBe(404);
    const followed = await portal.follow(body.id, { as: bob });
    expect(followed.status).toBe(404);
    const { body: list } = await portal.ask('/deployments', { as: bob });
    expect(list.items.map(({ id }: any) => id)).toEqual([other.body.id]);
    const asService = service('plugin:other');
    const none = await portal.ask('/deployments', { as: asService });
    expect(none.body).toEqual({ items: [] });
  });

  it('lists newest first, narrowed and in pages', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      const { body } = await portal.startDeployment({ key: `key-${at}` });
      await portal.ended(body.id);
      ids.unshift(body.id);
    }
    const first = (await portal.ask('/deployments?limit=2')).body;
    const second = (
      await portal.ask(`/deployments?limit=2&cursor=${first.nextCursor}`)
    ).body;
    const third = (
      await portal.ask(`/deployments?limit=2&cursor=${second.nextCursor}`)
    ).body;
    const of = (page: any) => page.items.map(({ id }: any) => id);
    expect([...of(first), ...of(second), ...of(third)]).toEqual(ids);
    expect(third.nextCursor).toBeUndefined();

    const narrowed = async (query: string) =>
      of((await portal.ask(`/deployments?${query}`)).body);
    const at = (await portal.ask(`/deployments/${ids[2]}`)).body.createdAt;
    expect(await narrowed('user=user:default/bob')).toEqual([]);
    expect(await narrowed('user=user:default/alice')).toEqual(ids);
    expect(await narrowed('state=running,failed')).toEqual([]);
    expect(await narrowed('state=succeeded')).toEqual(ids);
    expect(await narrowed('entityRef=Component:fraud-detector')).toEqual(ids);
    expect(await narrowed(`since=${at}`)).toEqual(
      expect.arrayContaining(ids.slice(0, 3)),
    );
    expect(await narrowed(`until=${at}`)).not.toContain(ids[2]);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=ten',
    'since=yesterday',
    'cursor=abc',
    'entityRef=:/',
    'user=a&user=b',
  ])('refuses ?%s', async query => {
    expect((await portal.ask(`/deployments?${query}`)).status).toBe(400);
  });

  it('tells what to expect after five deployments of the model', async () => {
    const deploy = async (key: string) => {
      const { body } = await portal.startDeployment({ key });
      await portal.ended(body.id);
      // The end is noted together with the mandate's.
      await portal.asked(
        ({ verb, query }) => verb === 'DELETE' && query.deployment === body.id,
      );
    };
    const waits = new Latch();
    const expected = async (key: string) => {
      const reached = new Latch();
      portal.runs.before = async () => {
        reached.release();
        await waits.opened;
      };
      const { body } = await portal.startDeployment({ key });
      await reached.opened;
      await portal.follow(body.id, {
        until: ({ type }) => type === 'progress',
      });
      portal.runs.before = () => {};
      return (await portal.ask(`/deployments/${body.id}`)).body.expected;
    };
    for (const at of [1, 2, 3, 4]) await deploy(`key-${at}`);
    expect(await expected('early')).toEqual({});
    await deploy('key-5');
    const seconds = { samples: 5, p50Seconds: expect.any(Number) };
    expect(await expected('late')).toMatchObject({
      total: seconds,
      stage: seconds,
    });
    waits.release();
  });

  it('refuses callers without credentials', async () => {
    const { status } = await portal
      .ask('/deployments', { as: 'Bearer none' })
      .catch(() => ({ status: 401 }));
    expect(status).toBe(401);
  });
});

describe('GET /deployments/{id}/trace', () => {
  const trace = (id: string, as?: string) =>
    portal.ask(`/deployments/${id}/trace`, { as });

  it('shows the plan, the reason, the audit records and the pages of Google’s console', async () => {
    const call = {
      id: 'audit-1',
      at: '2026-11-27T10:00:00.000Z',
      method: 'deployModel',
      resource: 'endpoint',
      outcome: 'succeeded',
      status: 200,
    };
    portal.calls = () => [200, { calls: [call] }];
    const { body } = await portal.startDeployment();
    await portal.ended(body.id);
    const { status, body: traced } = await trace(body.id);
    expect(status).toBe(200);
    expect(traced).toMatchObject({
      reason: `deployment ${body.id}`,
      calls: [call],
    });
    expect(traced.steps).toContainEqual({
      title: expect.stringMatching(/^Deploy/),
      call: expect.stringMatching(/DeployModel$/),
      undo: expect.stringMatching(/UndeployModel$/),
    });
    const [model, log] = traced.links;
    expect(model.about).toBe('model');
    expect(decodeURIComponent(log.url)).toContain(`mandate=${body.mandate}`);
    const [asked] = portal.proxied.slice(-1);
    expect(asked).toMatchObject({
      path: `/mandates/${body.mandate}`,
      principal: { type: 'service', subject: 'plugin:vertex-ai' },
    });
  });

  it('shows the rest where the proxy does not respond', async () => {
    portal.calls = () => [500, {}];
    const { body } = await portal.startDeployment();
    const { status, body: traced } = await trace(body.id);
    expect(status).toBe(200);
    expect(traced.calls).toBeUndefined();
    expect(traced.steps).not.toEqual([]);
  });

  it('hides what the caller may not read', async () => {
    const { body } = await portal.startDeployment();
    portal.permission = (name, _, user) =>
      name !== 'vertex-ai.deployment.read' || user !== 'user:default/bob';
    expect((await trace(body.id, bob)).status).toBe(404);
  });
});

describe('openapi.yaml', () => {
  it('describes no answer that no test got', () => {
    expect(unseen('reading')).toEqual([]);
  });
});
