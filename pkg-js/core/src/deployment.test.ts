import {
  runDeployment,
  type LedgerEntry,
  type RunHost,
} from '@backstage-vertex-ai/core/server';

const request = {
  kind: 'deploy' as const,
  runId: '7c2f6f0e-5d3b-4b7e-9a53-2f6f1f0a1b2c',
  source: {
    entity: {
      kind: 'Component',
      metadata: {
        name: 'fraud',
        annotations: {
          'google.com/vertex-ai-project': 'acme-ml',
          'google.com/vertex-ai-location': 'us-central1',
          'google.com/vertex-ai-endpoint': 'fraud',
          'google.com/vertex-ai-model': 'fraud@3',
        },
      },
    },
  },
  proxyUrl: 'http://portal/api/proxy/vertex-ai',
};

const OPERATION =
  'projects/1/locations/us-central1/endpoints/fraud/operations/1';

/** A Google with the model and nothing else, and a ledger that a test can break. */
class Portal implements RunHost {
  readonly sent: string[] = [];
  readonly ledger: LedgerEntry[] = [];
  labels?: Record<string, string>;
  deployed?: string;
  /** Called before an entry is kept. */
  onWrite: (entry: LedgerEntry) => void = () => {};
  readonly leaving = new AbortController();
  readonly signal = this.leaving.signal;

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const path = url.replace(/^.*\/us-central1\//, '');
    this.sent.push(`${init.method} ${path}`);
    const body = init.body ? JSON.parse(`${init.body}`) : {};
    const done = (response: object) =>
      Response.json({ name: OPERATION, done: true, response });
    if (path.startsWith('models/')) return Response.json({ versionId: '3' });
    if (path.startsWith('endpoints?')) {
      this.labels = body.labels;
      return done({});
    }
    if (path.endsWith(':deployModel')) {
      this.deployed = body.deployedModel.id;
      return done({ deployedModel: { id: this.deployed } });
    }
    if (path.endsWith(':undeployModel')) {
      this.deployed = undefined;
      return done({});
    }
    if (init.method === 'DELETE') {
      this.labels = undefined;
      return done({});
    }
    if (path.includes('operations/')) return done({});
    return this.labels
      ? Response.json({
          labels: this.labels,
          deployedModels: this.deployed ? [{ id: this.deployed }] : [],
        })
      : Response.json({ error: { status: 'NOT_FOUND' } }, { status: 404 });
  }

  async write(entry: LedgerEntry): Promise<void> {
    this.onWrite(entry);
    this.ledger.push(JSON.parse(JSON.stringify(entry)));
  }

  changes = () => this.sent.filter(line => !line.startsWith('GET'));
  run = () => runDeployment(request, [...this.ledger], this);
}

describe('a durable deployment', () => {
  it('writes every change down before it sends it', async () => {
    const portal = new Portal();
    const order: string[] = [];
    portal.onWrite = ({ kind }) =>
      order.push(`${kind} after ${portal.changes().length}`);
    const { outcome, outputs } = await portal.run();
    expect([outcome, outputs?.traffic]).toEqual(['succeeded', 100]);
    expect(order).toEqual([
      'header after 0',
      'intent after 0',
      'answer after 1',
      'intent after 1',
      'answer after 2',
      'end after 2',
    ]);
    expect(portal.ledger.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(portal.labels).toEqual({ 'backstage-run': request.runId });
  });

  it('sends nothing more once an entry cannot be written', async () => {
    const portal = new Portal();
    const lost = new Error('the lease is lost');
    portal.onWrite = ({ seq }) => {
      if (seq === 4) throw lost;
    };
    await expect(portal.run()).rejects.toBe(lost);
    expect(portal.changes()).toEqual(['POST endpoints?endpointId=fraud']);

    // Another process goes on.
    portal.onWrite = () => {};
    expect((await portal.run()).outcome).toBe('succeeded');
    expect(portal.changes().map(line => line.split(/[:?]/).pop())).toEqual([
      'endpointId=fraud',
      'timeout=5s',
      'deployModel',
    ]);
  });

  it('removes what an earlier process made when it is cancelled', async () => {
    const portal = new Portal();
    portal.onWrite = ({ kind }) => {
      if (kind === 'end') throw new Error('killed');
    };
    await expect(portal.run()).rejects.toThrow('killed');
    expect(portal.deployed).toMatch(/^\d{10}$/);
    portal.onWrite = () => {};
    portal.leaving.abort();
    const { outcome, undone } = await portal.run();
    expect(outcome).toBe('cancelled');
    expect(undone).toHaveLength(2);
    expect([portal.labels, portal.deployed]).toEqual([undefined, undefined]);
  });

  it('reports an ended run again, without a call', async () => {
    const portal = new Portal();
    const first = await portal.run();
    const calls = portal.sent.length;
    expect((await portal.run()).outputs).toEqual(first.outputs);
    expect(portal.sent).toHaveLength(calls);
  });

  it('rejects a ledger with a gap', async () => {
    const portal = new Portal();
    await portal.run();
    portal.ledger.splice(2, 1);
    await expect(portal.run()).rejects.toMatchObject({
      code: 'request/malformed',
    });
  });
});
