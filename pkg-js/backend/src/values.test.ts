import { marked } from './__testUtils__/marked';
import { alice, Portal, REF } from './__testUtils__/portal';
import { Latch } from './__testUtils__/runs';

const MARKER = 's3cr3t-marker';

let portal: Portal;

beforeEach(async () => {
  portal = await new Portal().start();
  portal.annotate({
    'google.com/vertex-ai-model': 'fraud-detector',
    'google.com/vertex-ai-image':
      'us-central1-docker.pkg.dev/acme-ml/serving/fraud:3',
    'google.com/vertex-ai-env': `LOG_LEVEL=${MARKER}`,
  });
});
afterEach(() => portal.stop());

describe('values of environment variables', () => {
  it('reach the run, and no table, mandate, answer, event, signal or log', async () => {
    const latch = new Latch();
    portal.runs.before = () => latch.opened;
    const started = await portal.startDeployment();
    const { id } = started.body;
    expect(JSON.stringify(portal.runs.requests)).toContain(MARKER);
    const early = await portal.follow(id, { until: () => true });
    const plan = await portal.ask('/deployments/plan', {
      body: { entityRef: REF },
    });
    const answers = [
      started,
      plan,
      await portal.ask(`/deployments?entityRef=${REF}`),
      await portal.ask(`/deployments/${id}`),
      await portal.ask(`/deployments/${id}/trace`),
      early,
    ];
    latch.release();
    const { events } = await portal.follow(id);
    expect(events.at(-1)!.data.state).toBe('succeeded');
    const back = {
      entityRef: REF,
      kind: 'rollback',
      deployment: id,
    };
    // The catalog has another value by now.
    portal.annotate({ 'google.com/vertex-ai-env': 'LOG_LEVEL=info' });
    const planned = await portal.ask('/deployments/plan', { body: back });
    const cancelled = await portal.cancel(id, { as: alice });
    await portal.asked(({ verb }) => verb === 'DELETE');
    const { signals, notifications, logs } = portal;
    const rolledBack = await portal.startDeployment({
      key: 'key-2',
      body: back,
    });
    expect((await portal.ended(rolledBack.body.id)).state).toBe('succeeded');
    const told = [answers, events, planned, cancelled, rolledBack];
    const seen = [told, signals, notifications, logs, portal.proxied];
    expect(JSON.stringify(seen)).not.toContain(MARKER);
    // The names are shown.
    expect(JSON.stringify(plan.body)).toContain(
      '"env":[{"name":"LOG_LEVEL","value":"***"}]',
    );
    // A rollback uploads nothing.
    expect(JSON.stringify(portal.runs.requests[1])).not.toContain(MARKER);
    expect(await marked(portal.database, MARKER)).toEqual([]);
    // The scan finds what is there.
    await portal.database('vertex_ai_ledger').update({ entry: MARKER });
    expect(await marked(portal.database, MARKER)).toEqual([
      'vertex_ai_ledger.entry',
    ]);
  });
});
