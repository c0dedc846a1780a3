/** The stream of a deployment’s events. */
import { unseen } from './__testUtils__/openApi';
import { bob, Portal } from './__testUtils__/portal';
import { Latch } from './__testUtils__/runs';
import { fakeIntervals } from './__testUtils__/timers';

let portal: Portal;

beforeEach(async () => {
  portal = await new Portal().start();
});
afterEach(() => portal.stop());

describe('GET /deployments/{id}/events', () => {
  it('streams each event once, in order, and ends with the deployment', async () => {
    const { body } = await portal.startDeployment();
    const { headers, events } = await portal.follow(body.id);
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect(headers.get('cache-control')).toContain('no-transform');
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, undefined]);
    expect(events.map(({ type }) => type)).toEqual([
      'state',
      'state',
      'progress',
      'progress',
      'progress',
      'state',
      'end',
    ]);
    expect(events[2].data).toMatchObject({
      stage: 'STEP_1',
      message: 'Step 1',
    });
    expect(events.at(-1)!.data.state).toBe('succeeded');
  });

  it('resumes after the last event that the client has', async () => {
    const waits = new Latch();
    portal.runs.before = step => (step === 2 ? waits.opened : undefined);
    const { body } = await portal.startDeployment();
    const first = await portal.follow(body.id, { until: ({ id }) => id === 3 });
    const after = first.events.at(-1)!.id!;
    const second = portal.follow(body.id, { after });
    waits.release();
    const { events } = await second;
    expect(events.map(({ id }) => id)).toEqual([4, 5, 6, undefined]);
  });

  it('ends once the permission is withdrawn', async () => {
    const waits = new Latch();
    portal.runs.before = () => waits.opened;
    const { body } = await portal.startDeployment();
    // Only the check of each minute.
    fakeIntervals();
    try {
      const { events } = await portal.follow(body.id, {
        until: ({ id }) => {
          if (id === 3) {
            portal.permission = () => false;
            jest.advanceTimersByTime(60_000);
          }
          return false;
        },
      });
      expect(events.at(-1)!.type).not.toBe('end');
    } finally {
      jest.useRealTimers();
      waits.release();
    }
  });

  it('hides the events of what the caller may not read', async () => {
    const { body } = await portal.startDeployment();
    portal.permission = (name, _, user) =>
      name !== 'vertex-ai.deployment.read' || user !== 'user:default/bob';
    const { status } = await portal.follow(body.id, { as: bob });
    expect(status).toBe(404);
  });

  it('refuses a number that is none', async () => {
    const { body } = await portal.startDeployment();
    const { status } = await portal.follow(body.id, { after: -1 });
    expect(status).toBe(400);
  });
});

describe('openapi.yaml', () => {
  it('describes no answer that no test got', () => {
    expect(unseen('events')).toEqual([]);
  });
});
