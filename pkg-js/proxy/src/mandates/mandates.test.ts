/** Mandates: who makes, uses and ends one, and which calls it allows. */
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { randomUUID } from 'node:crypto';
import {
  aliceByDeployer,
  delegating,
  DelegationScene,
  deployer,
  follow,
  GOOGLE,
  look,
  MANDATES,
  OPERATION,
  PLACE,
  remove,
  under,
} from '../__testUtils__/delegation';
import { claimsOf, json, SECRET } from '../__testUtils__/google';
import { alice, bob, ENDPOINT, scaffolder } from '../__testUtils__/portal';
import { MandateRecords } from './records';

describe('mandates', () => {
  let scene: DelegationScene;

  beforeEach(async () => {
    scene = await DelegationScene.start();
  });

  afterEach(() => scene.stop());

  it('let the plugin go on in the name of the user', async () => {
    const { id, expiresAt } = await scene.begin();
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    const made = await scene.portal.ask(under(id, scene.create()));
    expect(made).toMatchObject({ status: 200 });
    expect(JSON.parse(made.text)).toEqual({ name: OPERATION });
    expect(claimsOf(scene.google.assertions[0])).toMatchObject({
      sub: 'user:default/alice',
      groups: ['group:default/alices-team'],
    });
    const [record] = await scene.portal.records();
    const shown = await scene.portal.ask({
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
    expect(scene.portal.events[0].meta).toMatchObject({
      actor: 'plugin:vertex-ai',
      mandate: id,
      user: 'user:default/alice',
    });
    const reason = scene.google.received[0].headers['x-goog-request-reason'];
    expect(reason).toContain(`mandate=${id}`);
    scene.google.answer = response =>
      json(response, { name: OPERATION, done: true, response: {} });
    expect(await scene.portal.ask(under(id, follow))).toMatchObject({
      status: 200,
    });
    expect(await scene.portal.ask(under(id, remove))).toMatchObject({
      status: 200,
    });
  });

  it('allow no other call', async () => {
    const { id } = await scene.begin();
    for (const ask of [
      follow,
      remove,
      {
        ...scene.create(),
        body: { ...scene.create().body, displayName: 'another' },
      },
      { ...scene.create(), body: { displayName: 'fraud-detector' } },
      { ...look, path: `${GOOGLE}/${PLACE}/endpoints/another` },
      { ...look, path: `${GOOGLE}/${PLACE}/endpoints` },
      {
        path: `${GOOGLE}/${ENDPOINT}:predict`,
        body: { instances: [] },
      },
    ]) {
      expect(await scene.portal.refusal(under(id, ask))).toEqual({
        status: 403,
        code: 'mandate/not-planned',
      });
    }
    expect(scene.google.received).toEqual([]);
    expect(await scene.portal.records()).toEqual([]);
    // Each denial is in the audit log, with whom it concerns.
    const failed = scene.portal.events.filter(
      ({ state }) => state === 'failed',
    );
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
    const first = await scene.begin();
    const second = await scene.begin();
    const path = `${MANDATES}?deployment=${scene.deployment}`;
    const end = (as: string) =>
      scene.portal.ask({
        path,
        verb: 'DELETE',
        as,
        body: { because: 'it ended' },
      });
    scene.portal.permission = name =>
      name === 'vertex-ai.administer'
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW;
    expect((await end(bob)).status).toBe(404);
    expect((await scene.row(first.id)).revoked_at).toBeNull();
    expect((await end(deployer)).status).toBe(204);
    for (const { id } of [first, second]) {
      expect((await scene.row(id)).revoked_because).toBe(
        'plugin:vertex-ai: it ended',
      );
    }
    expect((await end(deployer)).status).toBe(404);
  });

  it('are used by the plugin alone', async () => {
    const { id } = await scene.begin();
    expect(
      await scene.portal.refusal(under(id, { ...look, as: scaffolder })),
    ).toEqual({ status: 403, code: 'proxy/caller-not-allowed' });
    await scene.portal.ask(under(id, { ...look, as: bob }));
    expect(claimsOf(scene.google.assertions.at(-1)!).sub).toBe(
      'user:default/bob',
    );
    expect(await scene.portal.refusal({ ...look, as: deployer })).toEqual({
      status: 403,
      code: 'proxy/caller-not-allowed',
    });
    expect(await scene.portal.refusal(under(randomUUID(), look))).toEqual({
      status: 403,
      code: 'mandate/unknown',
    });
  });

  it('belong to the runner with the highest lease', async () => {
    const { id } = await scene.begin();
    expect((await scene.portal.ask(under(id, look, 4))).status).toBe(200);
    expect(await scene.portal.refusal(under(id, look, 3))).toEqual({
      status: 403,
      code: 'mandate/lease-lost',
    });
    expect((await scene.portal.ask(under(id, look, 4))).status).toBe(200);
    const answers = await Promise.all(
      [5, 6, 7, 8].map(lease => scene.portal.ask(under(id, look, lease))),
    );
    expect(answers.at(-1)!.status).toBe(200);
    expect(Number((await scene.row(id)).lease)).toBe(8);
  });

  it('are made by the plugin on behalf of a user who may deploy', async () => {
    for (const as of [alice, deployer, scaffolder]) {
      const refusal = await scene.portal.refusal({
        path: MANDATES,
        as,
        body: scene.asked(),
      });
      expect(refusal.status).toBe(403);
    }
    scene.portal.permission = name =>
      name === 'vertex-ai.deploy'
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW;
    const refusal = await scene.portal.refusal({
      path: MANDATES,
      as: aliceByDeployer,
      body: scene.asked(),
    });
    expect(refusal).toEqual({ status: 403, code: 'portal/refused' });
    expect(await scene.portal.database('vertex_ai_mandates')).toEqual([]);
  });

  it('name the permission that allowed their creation', async () => {
    // The user has no other one.
    const permission = 'vertex-ai.deploy';
    scene.portal.permission = name =>
      name === permission ? AuthorizeResult.ALLOW : AuthorizeResult.DENY;
    const { id } = await scene.begin();
    expect(await scene.row(id)).toMatchObject({ permission });
    const path = `${MANDATES}/${id}`;
    for (const as of [alice, deployer]) {
      const shown = await scene.portal.ask({ path, verb: 'GET', as });
      expect(JSON.parse(shown.text)).toMatchObject({ id, permission });
    }
  });

  it('end by revocation, and then cover only the removal', async () => {
    const { id } = await scene.begin();
    await scene.portal.ask(under(id, scene.create()));
    const path = `${MANDATES}/${id}`;
    const body = { because: 'the deployment ended' };
    scene.portal.permission = name =>
      name === 'vertex-ai.administer'
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW;
    expect(
      await scene.portal.refusal({ path, verb: 'DELETE', as: bob, body }),
    ).toEqual({ status: 404, code: 'mandate/unknown' });
    const ended = await scene.portal.ask({
      path,
      verb: 'DELETE',
      as: deployer,
      body,
    });
    expect(ended.status).toBe(204);
    expect(await scene.portal.refusal(under(id, scene.create()))).toEqual({
      status: 403,
      code: 'mandate/ended',
    });
    expect((await scene.portal.ask(under(id, remove))).status).toBe(200);
    const shown = await scene.portal.ask({ path, verb: 'GET', as: alice });
    expect(JSON.parse(shown.text)).toMatchObject({
      id,
      deployment: scene.deployment,
      user: 'user:default/alice',
      entity: 'component:default/fraud-detector',
      revokedBecause: 'plugin:vertex-ai: the deployment ended',
    });
    expect(await scene.portal.refusal({ path, verb: 'GET', as: bob })).toEqual({
      status: 404,
      code: 'mandate/unknown',
    });
    scene.portal.permission = () => AuthorizeResult.ALLOW;
    const again = await scene.portal.ask({ path, verb: 'DELETE', as: bob });
    expect(again.status).toBe(204);
    expect((await scene.row(id)).revoked_because).toMatch(/^plugin:vertex-ai/);
  });

  it('hand the facts of a deployment to the administrator who takes it over', async () => {
    const { id } = await scene.begin();
    await scene.portal.ask(under(id, scene.create(), 2));
    const second = await scene.begin(delegating('user:default/bob'));
    expect(await scene.portal.refusal(under(second.id, remove, 1))).toEqual({
      status: 403,
      code: 'mandate/lease-lost',
    });
    expect((await scene.portal.ask(under(second.id, remove, 3))).status).toBe(
      200,
    );
    expect((await scene.portal.records()).at(-1).user_ref).toBe(
      'user:default/bob',
    );
  });

  it('let no change be sent that their database does not know of', async () => {
    const { id } = await scene.begin();
    await scene.portal.database.raw(
      "create trigger full before update on vertex_ai_mandates begin select raise(abort, 'disk full'); end",
    );
    expect(await scene.portal.refusal(under(id, scene.create(), 0))).toEqual({
      status: 503,
      code: 'portal/refused',
    });
    expect(scene.google.received).toEqual([]);
    expect(scene.portal.logs.join('\n')).not.toMatch(/update `|disk full/);
  });

  it('hold no token and no body', async () => {
    const { id } = await scene.begin();
    await scene.portal.ask(under(id, scene.create()));
    const stored = JSON.stringify(await scene.row(id));
    expect(stored).not.toContain(SECRET);
    expect(stored).not.toContain('displayName');
  });

  it('are the only way to change, unless the portal allows direct changes', async () => {
    await scene.restart({ directChanges: undefined, mandates: { hours: 1 } });
    expect(await scene.portal.refusal(scene.create())).toEqual({
      status: 403,
      code: 'proxy/direct-change',
    });
    const { id, expiresAt } = await scene.begin();
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThan(3_600_001);
    expect((await scene.portal.ask(under(id, scene.create()))).status).toBe(
      200,
    );
  });

  it('stay for some time after their expiry', async () => {
    const { id } = await scene.begin();
    const records = new MandateRecords(scene.portal.database);
    const expire = (days: number) =>
      scene.portal.database('vertex_ai_mandates').update({
        expires_at: new Date(Date.now() - days * 86_400_000).toISOString(),
      });
    await expire(9);
    expect(await records.removeOld(10)).toBe(0);
    expect(await scene.row(id)).toBeDefined();
    await expire(11);
    expect(await records.removeOld(10)).toBe(1);
    expect(await scene.row(id)).toBeUndefined();
  });
});
