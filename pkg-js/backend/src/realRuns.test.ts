import { CorePortal } from './__testUtils__/corePortal';
import { FakeGoogle } from './__testUtils__/google';

let portal: CorePortal;
let google: FakeGoogle;

beforeEach(async () => {
  google = new FakeGoogle();
  portal = await new CorePortal(google).start();
});
afterEach(() => portal.stop());

/** Runs a deployment of the core to its end. */
async function deploy() {
  const { body } = await portal.startDeployment();
  const { events } = await portal.follow(body.id);
  return { id: body.id, events, end: events.at(-1)!.data };
}

const ledger = () => portal.database('vertex_ai_ledger').orderBy('seq');

describe('deployments of the core', () => {
  it('tell every stage, and what serves', async () => {
    google.stages = ['STARTING_DEPLOYMENT', 'ADDING_NODES_TO_CLUSTER'];
    const { id, events, end } = await deploy();
    expect(end).toMatchObject({
      state: 'succeeded',
      endpoint: expect.stringMatching(/endpoints\/fraud-detector$/),
      model: expect.stringMatching(/models\/fraud-detector@3$/),
      deployedModelId: expect.stringMatching(/^\d{10}$/),
      operation: expect.stringMatching(/operations\/2$/),
    });
    const stages = events.map(({ data }) => data.stage).filter(Boolean);
    expect(stages).toEqual(
      expect.arrayContaining([
        'STARTING_DEPLOYMENT',
        'ADDING_NODES_TO_CLUSTER',
      ]),
    );
    expect(google.endpoint!.labels).toMatchObject({ 'backstage-run': id });
  });

  it('write each intention before its call, and nothing large or secret', async () => {
    let rows = 0;
    portal.google = async (line, body) => {
      if (line.endsWith(':deployModel')) rows = (await ledger()).length;
      return google.answer(line, body);
    };
    await deploy();
    const all = await ledger();
    expect(rows).toBeGreaterThan(0);
    expect(all.length).toBeGreaterThan(rows);
    expect(all.map(({ seq }) => seq)).toEqual(
      all.map((_, at) => all[0].seq + at),
    );
    expect(JSON.stringify(all)).not.toMatch(/bearer|mock-/i);
  });

  it('remove what they made when Google fails, and say why', async () => {
    google.error = { code: 9, message: 'Model server exited unexpectedly.' };
    const { end, events } = await deploy();
    expect(end.state).toBe('failed');
    expect(end.diagnostics[0]).toMatchObject({
      code: 'deploy/operation-failed',
      message: 'the operation failed with FAILED_PRECONDITION',
      evidence: { text: 'Model server exited unexpectedly.' },
    });
    expect(end.undone.join()).toContain('fraud-detector');
    expect(events.map(({ data }) => data.state)).toContain('removing');
    expect(google.endpoint).toBeUndefined();
  });

  it('name a missing permission and its resource', async () => {
    google.denied = ':deployModel';
    const { end } = await deploy();
    expect(end.diagnostics[0]).toMatchObject({
      permission: 'aiplatform.endpoints.deploy',
      resource: expect.stringContaining('endpoints/fraud-detector'),
    });
    expect(google.endpoint).toBeUndefined();
  });

  it('remove what they made when they are cancelled', async () => {
    google.stages = Array(50).fill('CREATING_SERVING_CLUSTER');
    let cancelled: Promise<unknown> | undefined;
    const { body } = await portal.startDeployment();
    google.onLook = async () => {
      cancelled ??= portal.cancel(body.id);
      await cancelled;
    };
    const { events } = await portal.follow(body.id);
    expect(events.at(-1)!.data).toMatchObject({
      state: 'cancelled',
      cancelRequestedBy: 'user:default/alice',
    });
    expect(google.calls.some(line => line.includes(':cancel'))).toBe(true);
    expect(google.endpoint).toBeUndefined();
  });
});
