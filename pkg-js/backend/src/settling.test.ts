import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { describeOnDatabases, migrated } from './__testUtils__/databases';
import { Deployments } from './deployments/store';
import { Settling } from './settling';

const ID = '11111111-1111-4111-8111-111111111111';
const ENDPOINT = 'projects/p/locations/l/endpoints/e';
const MODEL = 'projects/p/locations/l/models/m@2';
const PROXY = 'http://portal/api/proxy/vertex-ai';
const MINUTE = 60_000;

jest.setTimeout(60_000);

describeOnDatabases('audit records after a deployment', create => {
  let client: Knex;
  let now: number;
  let looks: string[];
  let outcomes: string[];
  let isDown: boolean;
  const clock = { now: () => now };

  beforeEach(async () => {
    client = await migrated(await create());
    now = Date.parse('2026-11-27T10:00:00Z');
    looks = [];
    outcomes = ['succeeded', 'unknown'];
    isDown = false;
  });
  afterEach(() => client.destroy());

  function replica() {
    const store = new Deployments(client, clock);
    const settling = new Settling({
      store,
      mandates: {
        calls: async () => {
          if (isDown) throw new Error('the proxy is down');
          return outcomes.map(outcome => ({ outcome }) as any);
        },
      },
      fetch: async (url, _, { mandate, lease }) => {
        looks.push(`${url.replace(PROXY, '')} ${mandate} ${lease}`);
        return Response.json({});
      },
      proxyUrl: async () => PROXY,
      logger: mockServices.logger.mock(),
      clock,
    });
    return { store, settling };
  }

  /** A deployment that ends now. */
  async function end(kind: 'deploy' | 'scale' = 'deploy') {
    const { store } = replica();
    await store.add({
      id: ID,
      kind,
      fingerprint: 'f',
      entityRef: 'component:default/a',
      user: 'user:default/alice',
      request: { kind: 'deploy', runId: ID, source: { text: '' }, reason: '' },
      kin: 'm|n1',
      life: { state: 'pending', endpoint: ENDPOINT, model: MODEL },
    });
    await store.giveMandate(ID, 'mandate');
    await client('vertex_ai_deployments').update({ lease: 7 });
    await store.record(ID, {
      reported: {
        outcome: 'succeeded',
        undone: [],
        notUndone: [],
        diagnostics: [],
      },
    });
  }

  const LOOKS = [`${ENDPOINT}/operations`, ENDPOINT, MODEL].map(
    name => `/aiplatform/v1/${name} mandate 7`,
  );

  it('are looked after under its mandate, when no request can be on its way', async () => {
    await end();
    const { settling } = replica();
    now += MINUTE;
    await settling.poll();
    expect(looks).toEqual([]);
    now += 10_000;
    await settling.poll();
    await settling.poll();
    expect(looks).toEqual(LOOKS);
    outcomes = ['succeeded', 'failed'];
    now += 2 * MINUTE;
    await settling.poll();
    outcomes = ['unknown'];
    now += 60 * MINUTE;
    await settling.poll();
    expect(looks).toEqual(LOOKS);
  });

  it('are looked after without the model that a change in place does not read', async () => {
    await end('scale');
    now += 2 * MINUTE;
    await replica().settling.poll();
    expect(looks).toEqual(LOOKS.slice(0, 2));
  });

  it('are looked after less and less often, for an hour and a bit', async () => {
    await end();
    const { settling } = replica();
    const minutes: number[] = [];
    for (let minute = 1; minute <= 3 * 60; minute += 1) {
      now += MINUTE;
      await settling.poll();
      if (looks.splice(0).length > 0) minutes.push(minute);
    }
    expect(minutes).toEqual([2, 4, 8, 16, 32, 64]);
  });

  it('are looked after by one replica, and again where the proxy was down', async () => {
    await end();
    const replicas = [replica(), replica()];
    const poll = () =>
      Promise.all(replicas.map(({ settling }) => settling.poll()));
    isDown = true;
    now += 2 * MINUTE;
    await poll();
    expect(looks).toEqual([]);
    isDown = false;
    now += 2 * MINUTE;
    await poll();
    expect(looks).toEqual(LOOKS);
  });
});
