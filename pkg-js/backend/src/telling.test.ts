import { bob, Portal, REF } from './__testUtils__/portal';
import { Latch } from './__testUtils__/runs';

let portal: Portal;

beforeEach(async () => {
  portal = await new Portal().start();
});
afterEach(() => portal.stop());

/** Waits until the mandate has ended, which is the last that happens to a deployment. */
const concluded = () => portal.asked(({ verb }) => verb === 'DELETE');

const recipients = () =>
  portal.signals.map(({ recipients: { entityRef } }) => entityRef);

describe('signals', () => {
  it('name a deployment with another state, and nothing of it, to its starter', async () => {
    const { body } = await portal.startDeployment();
    await concluded();
    // Pending, running, succeeded.
    expect(portal.signals).toHaveLength(3);
    for (const signal of portal.signals) {
      expect(signal).toEqual({
        channel: 'vertex-ai:deployments',
        recipients: { type: 'user', entityRef: ['user:default/alice'] },
        message: { id: body.id },
      });
    }
  });

  it('reach users who have just read the deployments of the entity', async () => {
    const latch = new Latch();
    portal.runs.before = () => latch.opened;
    const { body } = await portal.startDeployment();
    await portal.ask(`/deployments?entityRef=${REF}`, { as: bob });
    await portal.cancel(body.id);
    latch.release();
    await concluded();
    const [pending, ...later] = recipients();
    expect(pending).toEqual(['user:default/alice']);
    expect(later.at(-1)).toEqual(['user:default/alice', 'user:default/bob']);
  });

  it('do not reach users who may not read it', async () => {
    portal.permission = (name, _, user) =>
      name !== 'vertex-ai.deployment.read' || user !== 'user:default/bob';
    const latch = new Latch();
    portal.runs.before = () => latch.opened;
    const { body } = await portal.startDeployment();
    await portal.ask(`/deployments?entityRef=${REF}`, { as: bob });
    await portal.ask(`/deployments/${body.id}`, { as: bob });
    latch.release();
    await concluded();
    expect(recipients().flat()).not.toContain('user:default/bob');
  });
});

describe('notifications', () => {
  it('tell starter and owners of the end, once', async () => {
    const { body } = await portal.startDeployment();
    await concluded();
    const payload = {
      title: 'Deployment of fraud-detector@3 succeeded',
      severity: 'normal',
      link: `/catalog/default/component/fraud-detector/vertex-ai/deployments/${body.id}`,
      topic: 'vertex-ai',
      scope: `vertex-ai:${body.id}`,
    };
    expect(portal.notifications).toEqual([
      {
        recipients: { type: 'entity', entityRef: 'user:default/alice' },
        payload,
      },
      {
        recipients: {
          type: 'entity',
          entityRef: ['group:default/ml'],
          excludeEntityRef: 'user:default/alice',
        },
        payload,
      },
    ]);
  });

  it('change nothing where the portal has none', async () => {
    portal.notify = async () => {
      throw new Error('Request failed with status 404 Not Found');
    };
    const { body } = await portal.startDeployment();
    await concluded();
    const { body: read } = await portal.ask(`/deployments/${body.id}`);
    expect(read.state).toBe('succeeded');
  });
});
