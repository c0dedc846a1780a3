/** The removal of previous models, some minutes after their successor serves. */
import { describeOnDatabases } from './__testUtils__/databases';
import { ID, replicatedPortal } from './__testUtils__/replicas';

jest.setTimeout(60_000);

describeOnDatabases('a removal that follows a deployment', create => {
  const portal = replicatedPortal(create);
  const { add, read, replica } = portal;

  const REMOVAL = '22222222-2222-4222-8222-222222222222';
  const PAUSE = 10 * 60_000;

  /** Adds a deployment, and the removal of two deployed models after it. */
  async function addBoth(idleModels = ['7', '1234567890']) {
    const store = await add();
    const request = {
      ...JSON.parse((await read()).request),
      removePreviousAfterMinutes: 10,
    };
    await portal.client('vertex_ai_deployments').update({
      request: JSON.stringify(request),
    });
    await store.add({
      id: REMOVAL,
      kind: 'undeploy',
      fingerprint: 'f',
      follows: ID,
      entityRef: 'component:default/a',
      user: 'user:default/alice',
      request: {
        kind: 'undeploy',
        idleModels,
        runId: REMOVAL,
        source: { text: '' },
      },
      kin: 'm',
      life: { state: 'scheduled' },
    });
    await store.giveMandate(REMOVAL, 'mandate-2');
    return store;
  }

  async function poll(name: string) {
    const one = replica(name);
    await one.runner.poll();
    await one.runner.idle();
    return one;
  }

  it('runs once the pause after its success has passed, in any process', async () => {
    await addBoth();
    const first = await poll('a');
    expect(first.runs.requests.map(({ runId }) => runId)).toEqual([ID]);
    // The process dies: the time is in the database.
    await poll('b');
    const due = Date.parse((await read()).ended_at!) + PAUSE;
    const planned = await read(REMOVAL);
    expect(planned).toMatchObject({ state: 'scheduled', started_at: null });
    expect(Number(planned.starts_at)).toBe(due);

    portal.now = due - 1;
    expect((await poll('c')).runs.requests).toEqual([]);
    portal.now = due;
    const last = await poll('d');
    // What the deployment has reached stays.
    expect(last.runs.requests).toEqual([
      expect.objectContaining({ runId: REMOVAL, idleModels: ['7'] }),
    ]);
    expect(await read(REMOVAL)).toMatchObject({ state: 'succeeded' });
  });

  it('is cancelled where the deployment fails, and its mandate ends', async () => {
    const store = await addBoth();
    await store.record(ID, { refused: { diagnostics: [] } });
    const { ended, runs } = await poll('a');
    expect(await read(REMOVAL)).toMatchObject({ state: 'cancelled' });
    expect(ended).toContain(REMOVAL);
    expect(runs.requests).toEqual([]);
  });

  it('ends where nothing is left to remove', async () => {
    await addBoth(['1234567890']);
    await poll('a');
    await poll('b');
    expect(await read(REMOVAL)).toMatchObject({ state: 'succeeded' });
  });

  it('can be cancelled during the pause, and removes nothing then', async () => {
    const store = await addBoth();
    await poll('a');
    await poll('b');
    await store.record(
      REMOVAL,
      { cancelRequested: true },
      { set: { cancel_requested_by: 'user:default/alice' } },
    );
    const { runs } = await poll('c');
    expect(runs.sent).toEqual([]);
    expect(await read(REMOVAL)).toMatchObject({ state: 'cancelled' });
  });
});
