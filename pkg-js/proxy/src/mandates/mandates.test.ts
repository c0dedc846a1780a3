import { mockCredentials } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { randomUUID } from 'node:crypto';
import { claimsOf, FakeGoogle, json, SECRET } from '../__testUtils__/google';
import {
  alice,
  type Ask,
  bob,
  ENDPOINT,
  Portal,
  scaffolder,
} from '../__testUtils__/portal';
import { MandateRecords } from './records';

const MANDATES = '/api/proxy/vertex-ai/mandates';
const PLACE = 'projects/acme-ml/locations/us-central1';
const GOOGLE = '/api/proxy/vertex-ai/aiplatform/v1';
const OPERATION = `${ENDPOINT}/operations/7`;

const deployer = mockCredentials.service.header({
  onBehalfOf: mockCredentials.service('plugin:vertex-ai'),
  targetPluginId: 'proxy',
});
/** The plugin on behalf of a user. */
const delegating = (user: string) =>
  `Bearer ${mockCredentials.user.token(user, {
    actor: { subject: 'plugin:vertex-ai' },
  })}`;
const aliceByDeployer = delegating('user:default/alice');

const entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'fraud-detector',
    annotations: {
      'google.com/vertex-ai-project': 'acme-ml',
      'google.com/vertex-ai-location': 'us-central1',
      'google.com/vertex-ai-endpoint': 'fraud-detector',
      'google.com/vertex-ai-model': 'fraud-detector@3',
      'google.com/vertex-ai-service-account':
        'fraud-serving@acme-ml.iam.gserviceaccount.com',
    },
  },
  spec: { type: 'service', lifecycle: 'production', owner: 'ml-team' },
};

/** The entity under another name, with these annotations of ours, too. */
const named = (name: string, annotations: Record<string, string> = {}) => ({
  ...entity,
  metadata: {
    ...entity.metadata,
    name,
    annotations: Object.fromEntries(
      Object.entries({
        ...entity.metadata.annotations,
        ...Object.fromEntries(
          Object.entries(annotations).map(([key, value]) => [
            `google.com/vertex-ai-${key}`,
            value,
          ]),
        ),
      }).filter(([, value]) => value),
    ),
  },
});

const member = (kind: string, name: string, ...above: string[]) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'default' },
  relations: above.map(targetRef => ({
    type: kind === 'User' ? 'memberOf' : 'childOf',
    targetRef,
  })),
});

const people = ['alice', 'bob'].flatMap(name => [
  member('User', name, `group:default/${name}s-team`),
  member('Group', `${name}s-team`),
]);

describe('mandates', () => {
  let google: FakeGoogle;
  let portal: Portal;
  let deployment: string;

  beforeEach(async () => {
    deployment = randomUUID();
    google = await FakeGoogle.start();
    google.answer = response => json(response, { name: OPERATION });
    portal = new Portal();
    portal.entities.push(entity, ...people);
    await portal.start(Portal.settings(google));
  });

  afterEach(async () => {
    await portal.stop();
    await google.stop();
  });

  /** Starts anew, with more configuration. */
  const restart = async (more: object) => {
    await portal.stop();
    const { vertexAi, ...rest } = Portal.settings(google);
    const { entities } = portal;
    portal = new Portal();
    portal.entities.push(...entities);
    await portal.start({ ...rest, vertexAi: { ...vertexAi, ...more } });
  };
  /** Lets what was read of the catalog grow old. */
  const later = async <T>(
    act: () => Promise<T>,
    millis = 31_000,
  ): Promise<T> => {
    const { now } = Date;
    Date.now = () => now() + millis;
    try {
      return await act();
    } finally {
      Date.now = now;
    }
  };
  const asked = () => ({
    deployment,
    request: { kind: 'deploy', runId: deployment, source: { entity } },
  });
  const delegate = (as = aliceByDeployer, body: object = asked()) =>
    portal.ask({ path: MANDATES, as, body });
  const denied = async (body: object = asked()) => {
    const { status, text } = await delegate(aliceByDeployer, body);
    const { code, message } = JSON.parse(text).diagnostic ?? {};
    return { status, code, message };
  };
  const begin = async (as: string = aliceByDeployer) => {
    const { status, text } = await portal.ask({
      path: MANDATES,
      as,
      body: asked(),
    });
    expect(status).toBe(201);
    return JSON.parse(text) as { id: string; expiresAt: string };
  };
  const under = (id: string, ask: Ask, lease = 1): Ask => ({
    as: deployer,
    ...ask,
    headers: {
      'x-vertex-ai-mandate': id,
      'x-vertex-ai-lease': `${lease}`,
      ...ask.headers,
    },
  });
  const look = { path: `${GOOGLE}/${ENDPOINT}`, verb: 'GET' };
  const create = () => ({
    path: `${GOOGLE}/${PLACE}/endpoints?endpointId=fraud-detector`,
    body: {
      displayName: 'fraud-detector',
      description: 'Backstage component:default/fraud-detector',
      labels: { 'backstage-run': deployment },
    },
  });
  const follow = {
    path: `${GOOGLE}/${OPERATION}:wait?timeout=1s`,
    verb: 'POST',
  };
  const remove = { path: `${GOOGLE}/${ENDPOINT}`, verb: 'DELETE' };
  const row = async (id: string) =>
    portal.database('vertex_ai_mandates').where({ id }).first();

  it('let the plugin go on in the name of the user', async () => {
    const { id, expiresAt } = await begin();
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    const made = await portal.ask(under(id, create()));
    expect(made).toMatchObject({ status: 200 });
    expect(JSON.parse(made.text)).toEqual({ name: OPERATION });
    expect(claimsOf(google.assertions[0])).toMatchObject({
      sub: 'user:default/alice',
      groups: ['group:default/alices-team'],
    });
    const [record] = await portal.records();
    const shown = await portal.ask({
      path: `${MANDATES}/${id}`,
      verb: 'GET',
      as: deployer,
    });
    expect(JSON.parse(shown.text)).toMatchObject({
      id,
      calls: [
        {
          id: record.id,
          at: record.created_at,
          method: record.method,
          outcome: 'succeeded',
          status: 200,
        },
      ],
    });
    expect(record).toMatchObject({
      user_ref: 'user:default/alice',
      actor: 'plugin:vertex-ai',
      mandate_id: id,
      outcome: 'succeeded',
    });
    expect(portal.events[0].meta).toMatchObject({
      actor: 'plugin:vertex-ai',
      mandate: id,
      user: 'user:default/alice',
    });
    const reason = google.received[0].headers['x-goog-request-reason'];
    expect(reason).toContain(`mandate=${id}`);
    google.answer = response =>
      json(response, { name: OPERATION, done: true, response: {} });
    expect(await portal.ask(under(id, follow))).toMatchObject({ status: 200 });
    expect(await portal.ask(under(id, remove))).toMatchObject({ status: 200 });
  });

  it('allow no other call', async () => {
    const { id } = await begin();
    for (const ask of [
      follow,
      remove,
      { ...create(), body: { ...create().body, displayName: 'another' } },
      { ...create(), body: { displayName: 'fraud-detector' } },
      { ...look, path: `${GOOGLE}/${PLACE}/endpoints/another` },
      { ...look, path: `${GOOGLE}/${PLACE}/endpoints` },
      {
        path: `${GOOGLE}/${ENDPOINT}:predict`,
        body: { instances: [] },
      },
    ]) {
      expect(await portal.refusal(under(id, ask))).toEqual({
        status: 403,
        code: 'mandate/not-planned',
      });
    }
    expect(google.received).toEqual([]);
    expect(await portal.records()).toEqual([]);
    // Each denial is in the audit log, with whom it concerns.
    const failed = portal.events.filter(({ state }) => state === 'failed');
    expect(failed).toHaveLength(7);
    for (const event of failed) {
      expect(event.meta).toMatchObject({
        mandate: id,
        user: 'user:default/alice',
        actor: 'plugin:vertex-ai',
      });
      expect(event.meta).toMatchObject({ code: 'mandate/not-planned' });
      expect(event.error).not.toBe('');
    }
  });

  it('end all with their deployment', async () => {
    const first = await begin();
    const second = await begin();
    const path = `${MANDATES}?deployment=${deployment}`;
    const end = (as: string) =>
      portal.ask({ path, verb: 'DELETE', as, body: { because: 'it ended' } });
    portal.permission = name =>
      name === 'vertex-ai.administer'
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW;
    expect((await end(bob)).status).toBe(404);
    expect((await row(first.id)).revoked_at).toBeNull();
    expect((await end(deployer)).status).toBe(204);
    for (const { id } of [first, second]) {
      expect((await row(id)).revoked_because).toBe(
        'plugin:vertex-ai: it ended',
      );
    }
    expect((await end(deployer)).status).toBe(404);
  });

  it('are used by the plugin alone', async () => {
    const { id } = await begin();
    expect(
      await portal.refusal(under(id, { ...look, as: scaffolder })),
    ).toEqual({ status: 403, code: 'proxy/caller-not-allowed' });
    await portal.ask(under(id, { ...look, as: bob }));
    expect(claimsOf(google.assertions[0]).sub).toBe('user:default/bob');
    expect(await portal.refusal({ ...look, as: deployer })).toEqual({
      status: 403,
      code: 'proxy/caller-not-allowed',
    });
    expect(await portal.refusal(under(randomUUID(), look))).toEqual({
      status: 403,
      code: 'mandate/unknown',
    });
  });

  it('belong to the runner with the highest lease', async () => {
    const { id } = await begin();
    expect((await portal.ask(under(id, look, 4))).status).toBe(200);
    expect(await portal.refusal(under(id, look, 3))).toEqual({
      status: 403,
      code: 'mandate/lease-lost',
    });
    expect((await portal.ask(under(id, look, 4))).status).toBe(200);
    const answers = await Promise.all(
      [5, 6, 7, 8].map(lease => portal.ask(under(id, look, lease))),
    );
    expect(answers.at(-1)!.status).toBe(200);
    expect(Number((await row(id)).lease)).toBe(8);
  });

  it('are made by the plugin on behalf of a user who may deploy', async () => {
    for (const as of [alice, deployer, scaffolder]) {
      const refusal = await portal.refusal({
        path: MANDATES,
        as,
        body: asked(),
      });
      expect(refusal.status).toBe(403);
    }
    portal.permission = name =>
      name === 'vertex-ai.deploy'
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW;
    const refusal = await portal.refusal({
      path: MANDATES,
      as: aliceByDeployer,
      body: asked(),
    });
    expect(refusal).toEqual({ status: 403, code: 'portal/refused' });
    expect(await portal.database('vertex_ai_mandates')).toEqual([]);
  });

  it('end by revocation, and then cover only the removal', async () => {
    const { id } = await begin();
    await portal.ask(under(id, create()));
    const path = `${MANDATES}/${id}`;
    const body = { because: 'the deployment ended' };
    portal.permission = name =>
      name === 'vertex-ai.administer'
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW;
    expect(
      await portal.refusal({ path, verb: 'DELETE', as: bob, body }),
    ).toEqual({ status: 404, code: 'mandate/unknown' });
    const ended = await portal.ask({
      path,
      verb: 'DELETE',
      as: deployer,
      body,
    });
    expect(ended.status).toBe(204);
    expect(await portal.refusal(under(id, create()))).toEqual({
      status: 403,
      code: 'mandate/ended',
    });
    expect((await portal.ask(under(id, remove))).status).toBe(200);
    const shown = await portal.ask({ path, verb: 'GET', as: alice });
    expect(JSON.parse(shown.text)).toMatchObject({
      id,
      deployment,
      user: 'user:default/alice',
      entity: 'component:default/fraud-detector',
      revokedBecause: 'plugin:vertex-ai: the deployment ended',
    });
    expect(await portal.refusal({ path, verb: 'GET', as: bob })).toEqual({
      status: 404,
      code: 'mandate/unknown',
    });
    portal.permission = () => AuthorizeResult.ALLOW;
    const again = await portal.ask({ path, verb: 'DELETE', as: bob });
    expect(again.status).toBe(204);
    expect((await row(id)).revoked_because).toMatch(/^plugin:vertex-ai/);
  });

  it('hand the facts of a deployment to the administrator who takes it over', async () => {
    const { id } = await begin();
    await portal.ask(under(id, create(), 2));
    const second = await begin(delegating('user:default/bob'));
    expect(await portal.refusal(under(second.id, remove, 1))).toEqual({
      status: 403,
      code: 'mandate/lease-lost',
    });
    expect((await portal.ask(under(second.id, remove, 3))).status).toBe(200);
    expect((await portal.records()).at(-1).user_ref).toBe('user:default/bob');
  });

  it('let no change be sent that their database does not know of', async () => {
    const { id } = await begin();
    await portal.database.raw(
      "create trigger full before update on vertex_ai_mandates begin select raise(abort, 'disk full'); end",
    );
    expect(await portal.refusal(under(id, create(), 0))).toEqual({
      status: 503,
      code: 'portal/refused',
    });
    expect(google.received).toEqual([]);
    expect(portal.logs.join('\n')).not.toMatch(/update `|disk full/);
  });

  it('hold no token and no body', async () => {
    const { id } = await begin();
    await portal.ask(under(id, create()));
    const stored = JSON.stringify(await row(id));
    expect(stored).not.toContain(SECRET);
    expect(stored).not.toContain('displayName');
  });

  it('are the only way to change, unless the portal allows direct changes', async () => {
    await restart({ directChanges: undefined, mandates: { hours: 1 } });
    expect(await portal.refusal(create())).toEqual({
      status: 403,
      code: 'proxy/direct-change',
    });
    const { id, expiresAt } = await begin();
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThan(3_600_001);
    expect((await portal.ask(under(id, create()))).status).toBe(200);
  });

  it('stay for some time after their expiry', async () => {
    const { id } = await begin();
    const records = new MandateRecords(portal.database);
    const expire = (days: number) =>
      portal.database('vertex_ai_mandates').update({
        expires_at: new Date(Date.now() - days * 86_400_000).toISOString(),
      });
    await expire(9);
    expect(await records.removeOld(10)).toBe(0);
    expect(await row(id)).toBeDefined();
    await expire(11);
    expect(await records.removeOld(10)).toBe(1);
    expect(await row(id)).toBeUndefined();
  });

  describe('and claims', () => {
    const number = '123456789012';
    const numbered = {
      projects: [{ project: 'acme-ml', number, locations: ['us-central1'] }],
    };

    it.each([
      ['plainly', {}],
      ['by the project number', { project: number }],
      ['in an environment', { endpoint: '', 'endpoint.any-name': ENDPOINT }],
    ])(
      'denies an endpoint that a second entity claims %s',
      async (_, annotations) => {
        await restart(numbered);
        portal.entities.push(named('rival', annotations));
        google.answer = response => json(response, { etag: 'a' });
        const { status, code, message } = await denied();
        expect({ status, code }).toEqual({
          status: 403,
          code: 'claim/contested',
        });
        expect(message).not.toContain('rival');
        expect(await portal.database('vertex_ai_mandates')).toEqual([]);
        const direct = await portal.refusal({
          path: `${GOOGLE}/${ENDPOINT}`,
          verb: 'DELETE',
        });
        expect(direct).toEqual({ status: 403, code: 'claim/contested' });
      },
    );

    it('lets the entity deploy that the labels of the endpoint name', async () => {
      portal.entities.push(named('rival'));
      const labels = {
        'backstage-entity': 'component_default_fraud-detector',
        'backstage-portal': 'localhost_7007',
      };
      google.answer = response => json(response, { etag: 'a', labels });
      expect((await delegate()).status).toBe(201);
      expect(
        google.received.map(({ verb, path }) => `${verb} ${path}`),
      ).toEqual([`GET /v1/${ENDPOINT}`]);
      const request = {
        ...asked().request,
        source: { entity: named('rival') },
      };
      expect(await denied({ ...asked(), request })).toMatchObject({
        status: 403,
        code: 'claim/foreign',
      });
      labels['backstage-portal'] = 'other_example';
      expect(await denied()).toMatchObject({
        status: 403,
        code: 'claim/foreign',
      });
    });

    it('lets an administrator settle it', async () => {
      await restart({
        claims: [
          { endpoint: ENDPOINT, entity: 'component:default/fraud-detector' },
        ],
      });
      portal.entities.push(named('rival'));
      expect((await delegate()).status).toBe(201);
      expect(google.received).toEqual([]);
      const request = {
        ...asked().request,
        source: { entity: named('rival') },
      };
      expect(await denied({ ...asked(), request })).toMatchObject({
        status: 403,
        code: 'claim/foreign',
      });
    });

    it('denies an entity that the catalog has otherwise, or not at all', async () => {
      portal.entities[0] = named('fraud-detector', { traffic: '5' });
      expect(await denied()).toMatchObject({
        status: 409,
        code: 'claim/stale',
      });
      portal.entities.shift();
      expect(await denied()).toMatchObject({
        status: 403,
        code: 'claim/stale',
      });
      expect(await portal.database('vertex_ai_mandates')).toEqual([]);
    });

    it('denies what the catalog cannot be asked about, until it answers', async () => {
      portal.catalogFails = true;
      expect(await denied()).toEqual({
        status: 503,
        code: 'portal/refused',
        message: "the portal's catalog is unavailable",
      });
      portal.catalogFails = false;
      const { id } = await begin();
      portal.catalogFails = true;
      expect(await portal.refusal(under(id, look))).toEqual({
        status: 503,
        code: 'portal/refused',
      });
      portal.catalogFails = false;
      expect((await portal.ask(under(id, look))).status).toBe(200);
      expect((await row(id)).revoked_at).toBeNull();
    });

    it('asks the catalog seldom while a deployment runs', async () => {
      const { id } = await begin();
      await portal.ask(under(id, look));
      portal.catalogFails = true;
      expect((await portal.ask(under(id, look))).status).toBe(200);
      const { status } = await later(() => portal.refusal(under(id, look)));
      expect(status).toBe(503);
    });

    it('makes its calls without a group that the catalog no longer shows', async () => {
      const { id } = await begin();
      const [alicesTeam] = portal.entities.splice(2, 1);
      expect(alicesTeam.metadata.name).toBe('alices-team');
      await portal.ask(under(id, create()));
      expect(claimsOf(google.assertions[0])).toMatchObject({
        sub: 'user:default/alice',
        groups: [],
      });
      expect(JSON.parse((await portal.records())[0].ownership)).toEqual([]);
    });

    it('ends the mandate of a removed user, and leaves the removal', async () => {
      const { id } = await begin();
      await portal.ask(under(id, create()));
      portal.entities.splice(1, 1);
      expect(await later(() => portal.refusal(under(id, create())))).toEqual({
        status: 503,
        code: 'mandate/user-missing',
      });
      expect((await row(id)).revoked_at).toBeNull();
      await later(async () => {
        expect(await portal.refusal(under(id, create()))).toEqual({
          status: 403,
          code: 'mandate/ended',
        });
        expect((await portal.ask(under(id, remove))).status).toBe(200);
      }, 11 * 60_000);
      expect((await row(id)).revoked_because).toBe(
        'the catalog no longer has `user:default/alice`',
      );
      expect(await denied()).toMatchObject({
        status: 403,
        code: 'mandate/user-missing',
      });
    });

    it('asks nothing about users where the catalog does not have them', async () => {
      portal.entities.splice(1);
      await restart({ usersInCatalog: false });
      const { id } = await begin();
      await portal.ask(under(id, create()));
      expect(claimsOf(google.assertions[0]).groups).toEqual([
        'group:default/alices-team',
      ]);
    });

    it('labels what it makes with its owner', async () => {
      const body = asked();
      const request = { ...body.request, portal: 'localhost:7007' };
      const { text } = await delegate(aliceByDeployer, { ...body, request });
      const { id } = JSON.parse(text);
      expect(await portal.refusal(under(id, create()))).toMatchObject({
        code: 'mandate/not-planned',
      });
      const owned = create();
      Object.assign(owned.body.labels, {
        'backstage-entity': 'component_default_fraud-detector',
        'backstage-portal': 'localhost_7007',
      });
      expect((await portal.ask(under(id, owned))).status).toBe(200);
      const other = { ...body.request, portal: 'other.example' };
      expect(await denied({ ...body, request: other })).toMatchObject({
        status: 400,
        code: 'request/malformed',
      });
    });
  });
});
