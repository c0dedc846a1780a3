/** Starts that were interrupted before they had a mandate, and mandates after their deployments. */
import { describeOnDatabases } from './__testUtils__/databases';
import { ID, replicatedPortal } from './__testUtils__/replicas';
import { Deployments } from './deployments/store';

jest.setTimeout(60_000);

describeOnDatabases('interrupted starts', create => {
  const portal = replicatedPortal(create);
  const { add, read, replica } = portal;

  it('ends mandates, and starts that were interrupted', async () => {
    await add();
    const { runner, ended } = replica('a');
    await runner.poll();
    await runner.idle();
    await runner.poll();
    expect(ended).toEqual([ID]);

    const second = ID.replace(/1/g, '2');
    await add(second);
    await portal
      .client('vertex_ai_deployments')
      .where({ id: second })
      .update({ mandate: null });
    await runner.poll();
    expect((await read(second)).state).toBe('pending');
    portal.now += 121_000;
    await runner.poll();
    expect(await read(second)).toMatchObject({
      state: 'failed',
      idempotency_key: null,
    });
    // The proxy may have made a mandate all the same.
    portal.now += 60_000;
    await runner.poll();
    expect(ended).toEqual([ID, second]);
  });

  it('tells of a start that was interrupted', async () => {
    await add();
    await portal.client('vertex_ai_deployments').update({ mandate: null });
    portal.now += 121_000;
    const send = jest.fn(async () => true);
    await replica('a', undefined, { send }).runner.poll();
    expect(send).toHaveBeenCalledWith(
      expect.objectContaining({ id: ID, state: 'failed' }),
    );
  });

  it('cancels an interrupted start that was to be cancelled', async () => {
    const store = await add();
    await portal.client('vertex_ai_deployments').update({ mandate: null });
    await store.record(ID, { cancelRequested: true });
    portal.now += 121_000;
    await replica('a').runner.poll();
    expect((await read()).state).toBe('cancelled');
  });

  it('leaves a start alone that got its mandate in the meantime', async () => {
    const store = await add();
    await portal.client('vertex_ai_deployments').update({ mandate: null });
    portal.now += 121_000;
    const { runner } = replica('a');
    const withoutMandate = jest.spyOn(Deployments.prototype, 'withoutMandate');
    withoutMandate.mockImplementation(async () => {
      const row = await read();
      await store.giveMandate(ID, 'mandate');
      return [row];
    });
    try {
      await runner.poll();
    } finally {
      withoutMandate.mockRestore();
    }
    expect(await read()).toMatchObject({
      state: 'pending',
      idempotency_key: ID,
      mandate: 'mandate',
      last_event: 1,
    });
    await runner.poll();
    await runner.idle();
    expect(await read()).toMatchObject({ state: 'succeeded' });
  });
});
