/** Requests to cancel a deployment. */
import { unseen } from './__testUtils__/openApi';
import {
  alice,
  aliceInTask,
  bob,
  Portal,
  service,
} from './__testUtils__/portal';
import { Latch } from './__testUtils__/runs';

let portal: Portal;

beforeEach(async () => {
  portal = await new Portal().start();
});
afterEach(() => portal.stop());

describe('POST /deployments/{id}/cancel', () => {
  /** Starts a deployment that waits at its second step. */
  async function startSlow(as = alice) {
    const waits = new Latch();
    const going = new Latch();
    portal.runs.before = async step => {
      if (step !== 2) return;
      waits.release();
      await going.opened;
    };
    const { body } = await portal.startDeployment({ as, key: 'task-1' });
    await waits.opened;
    return { id: body.id, go: () => going.release() };
  }

  it('removes what the run made, and names who asked', async () => {
    const { id, go } = await startSlow();
    const { status, body } = await portal.cancel(id, { as: bob });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      state: 'cancelling',
      cancelRequestedBy: 'user:default/bob',
    });
    const again = await portal.cancel(id);
    expect(again.body.cancelRequestedBy).toBe('user:default/bob');
    go();
    expect(await portal.ended(id)).toMatchObject({
      state: 'cancelled',
      undone: ['endpoint `fraud`'],
    });
    expect(portal.runs.sent).toEqual([`${id} 1`, `${id} 2`]);
    expect((await portal.cancel(id)).status).toBe(409);
  });

  it('refuses a user who may read and not cancel', async () => {
    const { id, go } = await startSlow();
    portal.permission = name => name !== 'vertex-ai.deployment.cancel';
    const { status, body } = await portal.cancel(id, { as: bob });
    expect(status).toBe(403);
    expect(body.error.message).toContain('vertex-ai.deployment.cancel');
    go();
    expect(await portal.ended(id)).toMatchObject({ state: 'succeeded' });
  });

  it('lets the scaffolder cancel what its own task started, and nothing else', async () => {
    const scaffolder = service('plugin:scaffolder');
    const { id, go } = await startSlow(aliceInTask);
    for (const [as, key] of [
      [scaffolder, 'task-2'],
      [scaffolder, undefined],
      [service('plugin:other'), 'task-1'],
    ] as const) {
      expect((await portal.cancel(id, { as, key })).status).toBe(404);
    }
    const { status, body } = await portal.cancel(id, {
      as: scaffolder,
      key: 'task-1',
    });
    expect(status).toBe(202);
    expect(body.cancelRequestedBy).toBe('plugin:scaffolder');
    go();
    const mine = { as: scaffolder, key: 'task-1' };
    const { events } = await portal.follow(id, mine);
    expect(events.at(-1)!.data.state).toBe('cancelled');
    const { items } = (await portal.ask('/deployments', mine)).body;
    expect(items.map((item: any) => item.id)).toEqual([id]);
  });

  it('keeps the scaffolder away from what a user started without it', async () => {
    const { id, go } = await startSlow();
    const as = service('plugin:scaffolder');
    expect((await portal.cancel(id, { as, key: 'task-1' })).status).toBe(404);
    go();
    await portal.ended(id);
  });
});

describe('openapi.yaml', () => {
  it('describes no answer that no test got', () => {
    expect(unseen('cancelling')).toEqual([]);
  });
});
