/** Runs: who gets them, what they know, and how they end. */
import type { RunHost } from '@backstage-vertex-ai/core/server';
import { describeOnDatabases } from './__testUtils__/databases';
import { ID, replicatedPortal } from './__testUtils__/replicas';
import { Latch, ScriptedRuns } from './__testUtils__/runs';
import { Leases } from './deployments/leases';
import { Deployments } from './deployments/store';

jest.setTimeout(60_000);

describeOnDatabases('runners', create => {
  const portal = replicatedPortal(create);
  const { add, read, replica } = portal;

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
    await portal.client('vertex_ai_deployments').update({ mandate: null });
    const { runner, runs } = replica('a');
    await runner.poll();
    expect(runs.requests).toEqual([]);
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
    const others = new Leases(portal.client, 'b'.padEnd(36, '0'), portal.clock);
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
    portal.now += 20_000;
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
    await new Deployments(portal.client, portal.clock).record(
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
    await new Deployments(portal.client, portal.clock).record(
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

  it('tries a run that ends without a report for a day', async () => {
    await add();
    const runs = new ScriptedRuns();
    runs.steps = 1_000;
    runs.before = () => {
      throw new Error('secret-in-an-error');
    };
    const { runner } = replica('a', runs);
    const begun = portal.now;
    let row = await read();
    while (!row.ended) {
      await runner.poll();
      await runner.idle();
      portal.now += 60_000;
      row = await read();
    }
    expect(portal.now - begun).toBeGreaterThan(24 * 3_600_000);
    expect(runs.requests.length).toBeLessThan(400);
    expect(row.state).toBe('failed');
    expect(JSON.parse(row.life)).toMatchObject({
      notUndone: ['whatever the deployment has made'],
      diagnostics: [{ code: 'core/internal' }],
    });
    expect(row.life).not.toContain('secret');
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
      portal.now += 60_000;
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
    await portal.client('vertex_ai_deployments').update({ mandate_open: true });
    portal.now += 3_600_000;
    await minute();
    await minute();
    expect(told).toHaveLength(4);
  });

  it('compares only deployments that deployed something', async () => {
    await add();
    const runs = new ScriptedRuns();
    runs.operation = undefined;
    const { runner } = replica('a', runs);
    await runner.poll();
    await runner.idle();
    expect(await portal.client('vertex_ai_durations')).toEqual([]);
    const second = ID.replace(/1/g, '2');
    await add(second);
    runs.operation = 'projects/1/locations/us-central1/operations/2';
    await runner.poll();
    await runner.idle();
    expect(
      await portal.client('vertex_ai_durations').distinct('deployment'),
    ).toEqual([{ deployment: second }]);
  });
});
