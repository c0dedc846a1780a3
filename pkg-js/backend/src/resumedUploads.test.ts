import {
  runDeployment,
  storedRequest,
  type RunHost,
} from '@backstage-vertex-ai/core/server';
import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { migrated } from './__testUtils__/databases';
import { FakeGoogle } from './__testUtils__/google';
import { entity, REF } from './__testUtils__/portal';
import { Latch } from './__testUtils__/runs';
import { skipPauses } from './__testUtils__/timers';
import type { StoredRequest } from './core';
import { History } from './deployments/history';
import { Leases } from './deployments/leases';
import { Ledger } from './deployments/ledger';
import { toDeployment } from './deployments/row';
import { Deployments } from './deployments/store';
import { Runner } from './runner';

const ID = '11111111-1111-4111-8111-111111111111';
const MODEL = 'projects/acme-ml/locations/us-central1/models/fraud-detector';

/** The entity with a value of `LOG_LEVEL`. */
const withLevel = (level: string) => ({
  ...entity,
  metadata: {
    ...entity.metadata,
    annotations: {
      ...entity.metadata.annotations,
      'google.com/vertex-ai-model': 'fraud-detector',
      'google.com/vertex-ai-image':
        'us-central1-docker.pkg.dev/acme-ml/serving/fraud:3',
      'google.com/vertex-ai-env': `LOG_LEVEL=${level}`,
    },
  },
});

const whole: StoredRequest = {
  source: { entity: withLevel('info') },
  runId: ID,
  portal: 'acme',
  reason: 'deployment',
};

/** A Google without the model, until it is uploaded. */
class EmptyGoogle extends FakeGoogle {
  uploaded?: any;

  override async answer(line: string, body: any): Promise<[number, object]> {
    if (line.endsWith('/models:upload')) {
      this.uploaded = body;
      const name = `${MODEL}/operations/9`;
      const response = { model: MODEL, modelVersionId: '3' };
      return [200, { name, done: true, response }];
    }
    if (line.includes('/models/') && !this.uploaded) {
      return [404, { error: { status: 'NOT_FOUND', message: 'no model' } }];
    }
    return super.answer(line, body);
  }
}

describe('an upload that another process goes on with', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let client: Knex;
  let google: EmptyGoogle;
  let keepPauses: () => void;

  beforeEach(async () => {
    client = await migrated(await databases.init('SQLITE_3'));
    google = new EmptyGoogle();
    keepPauses = skipPauses();
  });
  afterEach(async () => {
    keepPauses();
    await client.destroy();
  });

  function replica(
    name: string,
    fetch: RunHost['fetch'],
    readEntity: () => Promise<object | undefined>,
  ) {
    const store = new Deployments(client);
    return new Runner({
      store,
      leases: new Leases(client, name.padEnd(36, '0')),
      history: new History(client),
      ledger: new Ledger(client),
      mandates: { endAll: async () => {} },
      fetch: (url, init) => fetch(url, init, 'service'),
      runDeployment,
      readEntity,
      proxyUrl: async () => 'http://portal/api/proxy/vertex-ai',
      logger: mockServices.logger.mock(),
    });
  }

  const send: RunHost['fetch'] = async (url, init) => {
    const { pathname, search } = new URL(url);
    const body = init.body && JSON.parse(String(init.body));
    const line = `${init.method} ${pathname}${search}`;
    const [status, answer] = await google.answer(line, body);
    return Response.json(answer, { status });
  };

  /** Starts a deployment in a process that ends before its upload reaches Google. */
  async function interrupt() {
    const store = new Deployments(client);
    await store.add({
      id: ID,
      kind: 'deploy',
      key: ID,
      fingerprint: 'f',
      entityRef: REF,
      user: 'user:default/alice',
      request: storedRequest(whole),
      kin: 'm|n1',
      life: { state: 'pending' },
    });
    await store.giveMandate(ID, 'mandate');
    const bodies: any[] = [];
    const killed = new Latch();
    const dying: Runner = replica(
      'a',
      async (url, init, identity) => {
        if (!url.endsWith('models:upload')) return send(url, init, identity);
        bodies.push(JSON.parse(String(init.body)));
        await dying.stop();
        killed.release();
        return new Promise(() => {});
      },
      async () => {
        throw new Error('the process that started it has the values');
      },
    );
    await dying.claim(ID, whole);
    await killed.opened;
    expect(bodies.map(({ model }) => model.containerSpec.env)).toEqual([
      [{ name: 'LOG_LEVEL', value: 'info' }],
    ]);
    const row = (await store.find(ID))!;
    expect(row).toMatchObject({ ended: 0, runner: null });
    expect(row.request).toContain('LOG_LEVEL=');
    expect(row.request).not.toContain('info');
  }

  /** Goes on in another process, and returns the deployment at its end. */
  async function goOn(readEntity: () => Promise<object | undefined>) {
    const heir = replica('b', send, readEntity);
    await heir.poll();
    await heir.idle();
    return toDeployment((await new Deployments(client).find(ID))!);
  }

  it('has the values of the catalog where they are the same, also after an outage of the catalog', async () => {
    await interrupt();
    let reads = 0;
    const end = await goOn(async () => {
      reads += 1;
      if (reads === 1) throw new Error('the catalog is down');
      return withLevel('info');
    });
    expect(end).toMatchObject({ state: 'succeeded', diagnostics: [] });
    expect(google.uploaded.model.containerSpec.env).toEqual([
      { name: 'LOG_LEVEL', value: 'info' },
    ]);
    expect(reads).toBe(2);
  });

  it.each([
    ['have changed', withLevel('debug')],
    ['are gone with the entity', undefined],
  ])('fails where its values %s, and says so', async (_, present) => {
    await interrupt();
    const end = await goOn(async () => present);
    expect(end).toMatchObject({ state: 'failed', notUndone: [] });
    expect(end.diagnostics).toEqual([
      expect.objectContaining({
        code: 'deploy/plan-changed',
        message: expect.stringContaining('the values of `env`'),
      }),
    ]);
    expect(google.uploaded).toBeUndefined();
    expect(google.endpoint).toBeUndefined();
  });
});
