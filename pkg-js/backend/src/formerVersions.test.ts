/** Requests to roll back to a former version, and to promote the one of another environment. */
import { entity, Portal, REF } from './__testUtils__/portal';
import { Latch } from './__testUtils__/runs';

let portal: Portal;

beforeEach(async () => {
  portal = await new Portal().start();
});
afterEach(() => portal.stop());

describe('POST /deployments with a version of the history', () => {
  const named = 'component:default/two-environments';
  const rollBack = (deployment: string, more: object = {}) =>
    portal.startDeployment({
      key: 'back',
      body: { entityRef: REF, kind: 'rollback', deployment, ...more },
    });
  const promote = (from: string, verb = '', key = 'up') =>
    portal.ask(`/deployments${verb}`, {
      key,
      body: {
        entityRef: named,
        kind: 'promote',
        from,
        environment: 'production',
      },
    });

  it('rolls back to a former deployment with its annotations', async () => {
    const former = (await portal.startDeployment()).body;
    await portal.ended(former.id);
    portal.annotate({ 'google.com/vertex-ai-machine-type': 'n1-standard-8' });
    const { status, body } = await rollBack(former.id);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'rollback',
      formerDeployment: former.id,
      model: expect.stringMatching(/fraud-detector@3$/),
    });
    expect(await portal.ended(body.id)).toMatchObject({
      state: 'succeeded',
      formerDeployment: former.id,
    });
    const [, second] = portal.runs.requests;
    expect(second).toMatchObject({
      kind: 'rollback',
      deployment: former.id,
      modelVersion: '3',
    });
    // As it was stored at that time: without the machine type.
    expect((second.source as any).entity.metadata.annotations).toEqual(
      entity.metadata.annotations,
    );
    // The same request finds the rollback, which can be rolled back to as well.
    expect((await rollBack(former.id)).body.id).toBe(body.id);
    const again = await portal.startDeployment({
      key: 'again',
      body: { entityRef: REF, kind: 'rollback', deployment: body.id },
    });
    expect(again.status).toBe(201);
  });

  it('refuses what did not succeed, is unknown, or is of another entity', async () => {
    const latch = new Latch();
    portal.runs.before = () => latch.opened;
    const running = (await portal.startDeployment()).body;
    const refused = await rollBack(running.id);
    expect(refused.status).toBe(400);
    expect(refused.body.diagnostic.code).toBe('deploy/impossible');
    expect((await rollBack('1b2c')).status).toBe(400);
    latch.release();
    await portal.ended(running.id);
    const other = await rollBack(running.id, {
      entityRef: 'component:default/other',
    });
    expect(other.status).toBe(400);
    expect(other.body.error.message).toContain('another entity');
    expect((await rollBack(running.id)).status).toBe(201);
  });

  it('promotes what another environment deployed last, and plans it before', async () => {
    const none = await promote('staging');
    expect(none.status).toBe(400);
    expect(none.body.error.message).toContain('`staging`');
    for (const version of ['5', '4']) {
      portal.runs.model = `projects/acme-ml/locations/us-central1/models/fraud-detector@${version}`;
      const { body } = await portal.startDeployment({
        key: `staging-${version}`,
        body: { entityRef: named, environment: 'staging' },
      });
      await portal.ended(body.id);
    }
    const planned = await promote('staging', '/plan');
    expect(planned.status).toBe(200);
    expect(planned.body.summary).toContain('`fraud-detector@4`');
    const { status, body } = await promote('staging');
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'promote',
      environment: 'production',
      promotedFrom: 'staging',
      model: expect.stringMatching(/fraud-detector@4$/),
      endpoint: expect.stringMatching(/fraud-production$/),
    });
    await portal.ended(body.id);
  });

  it('shows nothing of the history to users who may not start', async () => {
    const { body } = await portal.startDeployment({
      key: 'staging',
      body: { entityRef: named, environment: 'staging' },
    });
    await portal.ended(body.id);
    portal.permission = name => name !== 'vertex-ai.deployment.start';
    for (const from of ['staging', 'production']) {
      expect((await promote(from, '/plan')).status).toBe(403);
      expect((await promote(from)).status).toBe(403);
    }
  });
});
