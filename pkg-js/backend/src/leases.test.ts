/** Leases: one runner at a time, and another one after it. */
import { describeOnDatabases } from './__testUtils__/databases';
import { ID, pauseAt, replicatedPortal } from './__testUtils__/replicas';
import { entry, Latch } from './__testUtils__/runs';
import { Leases } from './deployments/leases';
import { Ledger } from './deployments/ledger';
import { toRequest } from './deployments/row';
import { Deployments } from './deployments/store';

jest.setTimeout(60_000);

describeOnDatabases('runners with leases', create => {
  const portal = replicatedPortal(create);
  const { add, read, replica } = portal;

  it('takes over the deployment of a runner that died, with its ledger, within 15 seconds', async () => {
    await add();
    const waits = new Latch();
    const dead = replica('a');
    const stuck = pauseAt(2, dead.runs, waits);
    await dead.runner.claim(ID, toRequest(await read()));
    await stuck;

    const heir = replica('b');
    portal.now += 9_999;
    await heir.runner.poll();
    expect(heir.runs.requests).toEqual([]);
    // The lease, and then at most one poll: 12 seconds.
    portal.now += 2_000;
    await heir.runner.poll();
    await heir.runner.idle();
    expect(heir.calls).toEqual(['2 3']);
    expect(heir.runs.sent).toEqual([`${ID} 3`]);
    // The process that started it has a step that follows it.
    expect([dead.takenOver, heir.takenOver]).toEqual([[], [ID]]);
    expect(await read()).toMatchObject({ state: 'succeeded', lease: 2 });

    // The frozen process wakes up: it sends nothing and writes nothing.
    const before = await portal.client('vertex_ai_ledger');
    waits.release();
    await dead.runner.idle();
    expect(dead.calls).toEqual(['1 1']);
    expect(await portal.client('vertex_ai_ledger')).toEqual(before);
    expect(await read()).toMatchObject({ state: 'succeeded', lease: 2 });
  });

  it('denies a frozen runner by the lease’s number, also where its own clock stood still', async () => {
    await add();
    const ledger = new Ledger(portal.client, portal.clock);
    const leases = new Leases(portal.client, 'a', portal.clock);
    const old = (await leases.claim(ID))!;
    await ledger.write(ID, old.lease, entry(1));
    portal.now += 10_000;
    const next = (await new Leases(portal.client, 'b', portal.clock).claim(
      ID,
    ))!;
    expect(next.lease).toBe(old.lease + 1);
    await expect(ledger.write(ID, old.lease, entry(2))).rejects.toMatchObject({
      name: 'LeaseLost',
    });
    const store = new Deployments(portal.client, portal.clock);
    await expect(
      store.record(
        ID,
        { progress: { kind: 'step', message: 'old' } },
        { lease: old.lease },
      ),
    ).rejects.toMatchObject({ name: 'LeaseLost' });
    await ledger.write(ID, next.lease, entry(2));
    await expect(ledger.write(ID, next.lease, entry(2))).rejects.toMatchObject({
      name: 'DatabaseFailure',
      isDuplicate: true,
    });
    expect(await ledger.read(ID)).toEqual([{ seq: 1 }, { seq: 2 }]);
  });

  it('lets two runs know of each other that use the same deployed model', async () => {
    const OTHER = '33333333-3333-4333-8333-333333333333';
    await add();
    const store = await add(OTHER);
    const leases = new Leases(portal.client, 'a', portal.clock);
    const model = 'projects/p/locations/l/endpoints/e/deployedModels/7';
    const { lease } = (await leases.claim(ID))!;
    const other = (await leases.claim(OTHER))!.lease;
    const use = (leaving = false) => ({ model, leaving });
    expect(await leases.hold(ID, lease, use())).toBe('free');
    expect(await leases.hold(OTHER, other, use())).toBe('taken');
    // The first one fails: it waits for the second one, and leaves the model to it once that has succeeded.
    expect(await leases.hold(ID, lease, use(true))).toBe('busy');
    expect(await leases.hold(OTHER, other, use())).toBe('busy');
    // The second one has let go, and waits for the removal.
    expect(await leases.hold(ID, lease, use(true))).toBe('free');
    const elsewhere = { model: `${model}0`, leaving: false };
    expect(await leases.hold(OTHER, other, elsewhere)).toBe('free');
    await leases.hold(ID, lease, use());
    await leases.hold(OTHER, other, use());
    await store.record(OTHER, { reported: { outcome: 'succeeded' } as never });
    expect(await leases.hold(ID, lease, use(true))).toBe('taken');
    await expect(leases.hold(ID, lease - 1, use())).rejects.toMatchObject({
      name: 'LeaseLost',
    });
  });

  it('keeps a lease for as long as it beats', async () => {
    await add();
    const waits = new Latch();
    const alive = replica('a');
    alive.runs.before = step => (step === 2 ? waits.opened : undefined);
    await alive.runner.claim(ID);
    const other = replica('b');
    for (let beats = 0; beats < 10; beats += 1) {
      portal.now += 3_000;
      await alive.runner.beat();
      await other.runner.poll();
    }
    waits.release();
    await alive.runner.idle();
    expect(other.runs.requests).toEqual([]);
    expect(alive.runs.sent).toHaveLength(3);
  });

  it('goes on with a run that begins during a beat', async () => {
    const begun = '22222222-2222-4222-8222-222222222222';
    await add();
    await add(begun);
    const { runner, runs, leases } = replica('a');
    const waits = new Latch();
    const running = pauseAt(1, runs, waits);
    await runner.claim(ID);
    await running;
    const beat = leases.beat.bind(leases);
    leases.beat = async ids => {
      const rows = await beat(ids);
      await runner.claim(begun);
      return rows;
    };
    await runner.beat();
    waits.release();
    await runner.idle();
    expect(await read(begun)).toMatchObject({ state: 'succeeded', lease: 1 });
  });

  it('leaves a deployment that it does not run any more to another process', async () => {
    const gone = '22222222-2222-4222-8222-222222222222';
    await add();
    await add(gone);
    const { runner, runs, leases } = replica('a');
    const waits = new Latch();
    const running = pauseAt(1, runs, waits);
    await runner.claim(ID);
    await running;
    await leases.claim(gone);
    for (let beats = 0; beats < 4; beats += 1) {
      await runner.beat();
      portal.now += 3_000;
    }
    const heir = replica('b');
    await heir.runner.poll();
    await heir.runner.idle();
    expect(await read(gone)).toMatchObject({ state: 'succeeded', lease: 2 });
    expect(await read()).toMatchObject({ lease: 1 });
    waits.release();
    await runner.idle();
  });

  it('hands its deployments over at once when its process ends', async () => {
    await add();
    const waits = new Latch();
    const leaving = replica('a');
    const stuck = pauseAt(2, leaving.runs, waits);
    await leaving.runner.claim(ID);
    await stuck;
    await leaving.runner.stop();
    const heir = replica('b');
    await heir.runner.poll();
    await heir.runner.idle();
    waits.release();
    await leaving.runner.idle();
    expect(leaving.runs.sent).toEqual([`${ID} 1`]);
    expect(heir.runs.sent).toEqual([`${ID} 3`]);
    expect(await read()).toMatchObject({ state: 'succeeded', lease: 2 });
  });
});
