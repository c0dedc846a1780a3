import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { History } from '../deployments/history';
import { Leases } from '../deployments/leases';
import { Ledger } from '../deployments/ledger';
import { Deployments } from '../deployments/store';
import { Runner } from '../runner';
import { migrated } from './databases';
import { Latch, ScriptedRuns } from './runs';

/** The deployment that the tests add. */
export const ID = '11111111-1111-4111-8111-111111111111';

/** A portal of any number of processes, on one database and a clock that tests set. */
export class ReplicatedPortal {
  client!: Knex;
  now = Date.parse('2026-11-27T10:00:00Z');
  readonly clock = { now: () => this.now };

  /** A process of the portal. */
  readonly replica = (
    name: string,
    runs = new ScriptedRuns(),
    notices?: ConstructorParameters<typeof Runner>[0]['notices'],
  ) => {
    const store = new Deployments(this.client, this.clock);
    const leases = new Leases(this.client, name.padEnd(36, '0'), this.clock);
    const ended: string[] = [];
    const calls: string[] = [];
    const takenOver: string[] = [];
    const runner = new Runner({
      store,
      leases,
      history: new History(this.client),
      ledger: new Ledger(this.client, this.clock),
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
      clock: this.clock,
    });
    return { runs, runner, leases, store, calls, ended, takenOver };
  };

  /** Adds a deployment that may run. */
  readonly add = async (id = ID) => {
    const store = new Deployments(this.client, this.clock);
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
  };

  readonly read = async (id = ID) =>
    (await new Deployments(this.client, this.clock).find(id))!;
}

/** Makes a run wait at a step; resolves when it does. */
export function pauseAt(at: number, runs: ScriptedRuns, until: Latch) {
  const reached = new Latch();
  runs.before = async step => {
    if (step !== at) return;
    reached.release();
    await until.opened;
  };
  return reached.opened;
}

/** Gives each test a portal of its own; the object that is returned stays the same. */
export function replicatedPortal(create: () => Promise<Knex>) {
  const portal = new ReplicatedPortal();
  const { now } = portal;
  beforeEach(async () => {
    portal.client = await migrated(await create());
    portal.now = now;
  });
  afterEach(() => portal.client.destroy());
  return portal;
}
