import type { RunHost } from '@backstage-vertex-ai/core/server';
import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { describeOnDatabases, migrated } from './__testUtils__/databases';
import { entry, Latch, ScriptedRuns } from './__testUtils__/runs';
import { Leases } from './deployments/leases';
import { History } from './deployments/history';
import { Ledger } from './deployments/ledger';
import { toRequest } from './deployments/row';
import { Deployments } from './deployments/store';
import { Runner } from './runner';

const ID = '11111111-1111-4111-8111-111111111111';

jest.setTimeout(60_000);

describeOnDatabases('runners', create => {
  let client: Knex;
  let now: number;
  const clock = { now: () => now };

  beforeEach(async () => {
    client = await migrated(await create());
    now = Date.parse('2026-11-27T10:00:00Z');
  });
  afterEach(() => client.destroy());

  /** A process of the portal. */
  function replica(
    name: string,
    runs = new ScriptedRuns(),
    notices?: ConstructorParameters<typeof Runner>[0]['notices'],
  ) {
    const store = new Deployments(client, clock);
    const leases = new Leases(client, name.padEnd(36, '0'), clock);
    const ended: string[] = [];
    const calls: string[] = [];
    const takenOver: string[] = [];
    const runner = new Runner({
      store,
      leases,
      history: new History(client),
      ledger: new Ledger(client, clock),
      mandates: {
        endAll: async deployment => {
          ended.push(deployment);
        },
      },
      fetch: async (url, _, { lease }) => {
        calls.push(`${lease} ${url.split('/').at(-1)}`);
        return Response.json({});
      },
      notices,
      tasks: { takenOver: ({ id }) => takenOver.push(id) },
      runDeployment: runs.run,
      readEntity: async () => undefined,
      proxyUrl: async () => 'http://portal/api/proxy/vertex-ai',
      logger: mockServices.logger.mock(),
      clock,
    });
    return { runs, runner, leases, store, calls, ended, takenOver };
  }

  async function add(id = ID) {
    const store = new Deployments(client, clock);
    await store.add({
      id,
      kind: 'deploy',
      key: id,
      fingerprint: 'f',
      entityRef: 'component:default/a',
      user: 'user:default/alice',
      request: { kind: 'deploy', runId: id, source: { text: '' }, reason: '' },
      kin: 'm|n1',
      life: { state: 'pending' },
    });
    await store.giveMandate(id, 'mandate');
    return store;
  }

  /** Makes a run wait at a step; resolves when it does. */
  function pauseAt(at: number, runs: ScriptedRuns, until: Latch) {
    const reached = new Latch();
    runs.before = async step => {
      if (step !== at) return;
      reached.release();
      await until.opened;
    };
    return reached.opened;
  }

  const read = async (id = ID) =>
    (await new Deployments(client, clock).find(id))!;

  it('gives a deployment to exactly one of several', async () => {
    await add();
    const replicas = ['a', 'b', 'c'].map(name => replica(name));
    const claimed = await Promise.all(
      replicas.map(({ runner }) => runner.claim(ID)),
    );
    expect(claimed.filter(Boolean)).toHaveLength(1);
    for (const { runner } of replicas) {
      await runner.poll();
      await runner.idle();
    }
    expect(replicas.flatMap(({ runs }) => runs.sent)).toHaveLength(3);
    expect(await read()).toMatchObject({ state: 'succeeded', lease: 1 });
  });

  it('runs nothing without a mandate', async () => {
    await add();
    await client('vertex_ai_deployments').update({ mandate: null });
    const { runner, runs } = replica('a');
    await runner.poll();
    expect(runs.requests).toEqual([]);
  });

  it('takes over the deployment of a runner that died, with its ledger, within 15 seconds', async () => {
    await add();
    const waits = new Latch();
    const dead = replica('a');
    const stuck = pauseAt(2, dead.runs, waits);
    await dead.runner.claim(ID, toRequest(await read()));
    await stuck;

    const heir = replica('b');
    now += 9_999;
    await heir.runner.poll();
    expect(heir.runs.requests).toEqual([]);
    // The lease, and then at most one poll: 12 seconds.
    now += 2_000;
    await heir.runner.poll();
    await heir.runner.idle();
    expect(heir.calls).toEqual(['2 3']);
    expect(heir.runs.sent).toEqual([`${ID} 3`]);
    // The process that started it has a step that follows it.
    expect([dead.takenOver, heir.takenOver]).toEqual([[], [ID]]);
    expect(await read()).toMatchObject({ state: 'succeeded', lease: 2 });

    // The frozen process wakes up: it sends nothing and writes nothing.
    const before = await client('vertex_ai_ledger');
    waits.release();
    await dead.runner.idle();
    expect(dead.calls).toEqual(['1 1']);
    expect(await client('vertex_ai_ledger')).toEqual(before);
    expect(await read()).toMatchObject({ state: 'succeeded', lease: 2 });
  });

  it('denies a frozen runner by the lease’s number, also where its own clock stood still', async () => {
    await add();
    const ledger = new Ledger(client, clock);
    const leases = new Leases(client, 'a', clock);
    const old = (await leases.claim(ID))!;
    await ledger.write(ID, old.lease, entry(1));
    now += 10_000;
    const next = (await new Leases(client, 'b', clock).claim(ID))!;
    expect(next.lease).toBe(old.lease + 1);
    await expect(ledger.write(ID, old.lease, entry(2))).rejects.toMatchObject({
      name: 'LeaseLost',
    });
    const store = new Deployments(client, clock);
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
    const leases = new Leases(client, 'a', clock);
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

  describe('a removal that follows a deployment', () => {
    const REMOVAL = '22222222-2222-4222-8222-222222222222';
    const PAUSE = 10 * 60_000;

    /** Adds a deployment, and the removal of two deployed models after it. */
    async function addBoth(idleModels = ['7', '1234567890']) {
      const store = await add();
      const request = {
        ...JSON.parse((await read()).request),
        removePreviousAfterMinutes: 10,
      };
      await client('vertex_ai_deployments').update({
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

      now = due - 1;
      expect((await poll('c')).runs.requests).toEqual([]);
      now = due;
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

  it('keeps a lease for as long as it beats', async () => {
    await add();
    const waits = new Latch();
    const alive = replica('a');
    alive.runs.before = step => (step === 2 ? waits.opened : undefined);
    await alive.runner.claim(ID);
    const other = replica('b');
    for (let beats = 0; beats < 10; beats += 1) {
      now += 3_000;
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
      now += 3_000;
    }
    const heir = replica('b');
    await heir.runner.poll();
    await heir.runner.idle();
    expect(await read(gone)).toMatchObject({ state: 'succeeded', lease: 2 });
    expect(await read()).toMatchObject({ lease: 1 });
    waits.release();
    await runner.idle();
  });

  it('tells each run how many deployments run in all processes', async () => {
    const waits = new Latch();
    const hosts: RunHost[] = [];
    const arrived = [new Latch(), new Latch()];
    const replicas = ['a', 'b'].map(name => replica(name));
    for (const [at, { runs, runner }] of replicas.entries()) {
      runs.before = (_, host) => {
        hosts.push(host);
        arrived[at].release();
        return waits.opened;
      };
      const id = ID.replace(/^1/, `${at + 2}`);
      await add(id);
      await runner.claim(id);
    }
    for (const { opened } of arrived) await opened;
    for (const { runner } of replicas) await runner.beat();
    expect(hosts.map(host => host.running!())).toEqual([2, 2]);
    waits.release();
    for (const { runner } of replicas) await runner.idle();
  });

  it('counts anew where it begins to run, and adds what it claims until the next count', async () => {
    const waits = new Latch();
    const others = new Leases(client, 'b'.padEnd(36, '0'), clock);
    for (const id of ['2', '3'].map(digit => ID.replace(/^1/, digit))) {
      await add(id);
      await others.claim(id);
    }
    const { runner, runs } = replica('a');
    const seen: number[] = [];
    const run = async (digit: string) => {
      const arrived = new Latch();
      runs.before = (step, host) => {
        if (step > 1) return undefined;
        seen.push(host.running!());
        arrived.release();
        return waits.opened;
      };
      const id = ID.replace(/^1/, digit);
      await add(id);
      await runner.claim(id);
      await arrived.opened;
    };
    await run('4');
    await run('5');
    expect(seen).toEqual([3, 4]);
    waits.release();
    await runner.idle();
    await runner.beat();
    now += 20_000;
    await run('6');
    expect(seen.at(-1)).toBe(1);
    await runner.idle();
  });

  it('learns of a wish to cancel that another process recorded', async () => {
    await add();
    const waits = new Latch();
    const { runner, runs } = replica('a');
    runs.before = async (step, host) => {
      if (step !== 2) return;
      waits.release();
      await new Promise(resolve => {
        host.signal!.addEventListener('abort', resolve);
      });
    };
    await runner.claim(ID);
    await waits.opened;
    await new Deployments(client, clock).record(
      ID,
      { cancelRequested: true },
      { set: { cancel_requested_by: 'user:default/bob' } },
    );
    await runner.beat();
    await runner.idle();
    expect(await read()).toMatchObject({ state: 'cancelled' });
  });

  it('starts a run that is to be cancelled with that wish', async () => {
    await add();
    await new Deployments(client, clock).record(
      ID,
      { cancelRequested: true },
      { set: { cancel_requested_by: 'user:default/bob' } },
    );
    const { runner, runs } = replica('a');
    await runner.poll();
    await runner.idle();
    expect(runs.sent).toEqual([]);
    expect(await read()).toMatchObject({ state: 'cancelled' });
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

  it('tries a run that ends without a report for a day', async () => {
    await add();
    const runs = new ScriptedRuns();
    runs.steps = 1_000;
    runs.before = () => {
      throw new Error('secret-in-an-error');
    };
    const { runner } = replica('a', runs);
    const begun = now;
    let row = await read();
    while (!row.ended) {
      await runner.poll();
      await runner.idle();
      now += 10_000;
      row = await read();
    }
    expect(now - begun).toBeGreaterThan(24 * 3_600_000);
    expect(runs.requests.length).toBeLessThan(400);
    expect(row.state).toBe('failed');
    expect(JSON.parse(row.life)).toMatchObject({
      notUndone: ['whatever the deployment has made'],
      diagnostics: [{ code: 'core/internal' }],
    });
    expect(row.life).not.toContain('secret');
  });

  it('ends mandates, and starts that were interrupted', async () => {
    await add();
    const { runner, ended } = replica('a');
    await runner.poll();
    await runner.idle();
    await runner.poll();
    expect(ended).toEqual([ID]);

    const second = ID.replace(/1/g, '2');
    await add(second);
    await client('vertex_ai_deployments')
      .where({ id: second })
      .update({ mandate: null });
    await runner.poll();
    expect((await read(second)).state).toBe('pending');
    now += 121_000;
    await runner.poll();
    expect(await read(second)).toMatchObject({
      state: 'failed',
      idempotency_key: null,
    });
    // The proxy may have made a mandate all the same.
    now += 60_000;
    await runner.poll();
    expect(ended).toEqual([ID, second]);
  });

  it('tells of an end until that succeeds, for one hour', async () => {
    await add();
    const told: string[] = [];
    let isDown = true;
    const { runner } = replica('a', undefined, {
      send: async ({ id }) => {
        told.push(id);
        return !isDown;
      },
    });
    const minute = async () => {
      now += 60_000;
      await runner.poll();
      await runner.idle();
    };
    await minute();
    await minute();
    expect(told).toHaveLength(2);
    isDown = false;
    await minute();
    await minute();
    expect(told).toHaveLength(3);

    isDown = true;
    await client('vertex_ai_deployments').update({ mandate_open: true });
    now += 3_600_000;
    await minute();
    await minute();
    expect(told).toHaveLength(4);
  });

  it('tells of a start that was interrupted', async () => {
    await add();
    await client('vertex_ai_deployments').update({ mandate: null });
    now += 121_000;
    const send = jest.fn(async () => true);
    await replica('a', undefined, { send }).runner.poll();
    expect(send).toHaveBeenCalledWith(
      expect.objectContaining({ id: ID, state: 'failed' }),
    );
  });

  it('cancels an interrupted start that was to be cancelled', async () => {
    const store = await add();
    await client('vertex_ai_deployments').update({ mandate: null });
    await store.record(ID, { cancelRequested: true });
    now += 121_000;
    await replica('a').runner.poll();
    expect((await read()).state).toBe('cancelled');
  });

  it('leaves a start alone that got its mandate in the meantime', async () => {
    const store = await add();
    await client('vertex_ai_deployments').update({ mandate: null });
    now += 121_000;
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

  it('compares only deployments that deployed something', async () => {
    await add();
    const runs = new ScriptedRuns();
    runs.operation = undefined;
    const { runner } = replica('a', runs);
    await runner.poll();
    await runner.idle();
    expect(await client('vertex_ai_durations')).toEqual([]);
    const second = ID.replace(/1/g, '2');
    await add(second);
    runs.operation = 'projects/1/locations/us-central1/operations/2';
    await runner.poll();
    await runner.idle();
    expect(await client('vertex_ai_durations').distinct('deployment')).toEqual([
      { deployment: second },
    ]);
  });
});
