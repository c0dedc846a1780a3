import { FakeGoogle, PORTAL } from '../__testUtils__/google';
import { LOG, RUNNING, SUCCEEDED } from '../__testUtils__/deployments';
import type { Failure } from '../failure';
import { DeploymentsClient } from './client';
import type { Deployment, LogLine } from './deployment';
import { follow } from './follow';

const { id } = RUNNING;
const EVENTS = `/deployments/${id}/events`;

let google: FakeGoogle;
let seen: Deployment[];
let lines: LogLine[];
let failures: (Failure | undefined)[];
let controller: AbortController;

beforeEach(() => {
  jest.useFakeTimers();
  google = new FakeGoogle();
  google.portal.deployments = [RUNNING];
  google.portal.events.set(id, LOG);
  seen = [];
  lines = [];
  failures = [];
  controller = new AbortController();
});

afterEach(() => {
  controller.abort();
  jest.useRealTimers();
  show('visible');
});

function show(visibility: 'visible' | 'hidden') {
  jest.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility);
  document.dispatchEvent(new Event('visibilitychange'));
}

function begin(fetch = google.fetch) {
  const client = new DeploymentsClient(
    { getBaseUrl: async plugin => `${PORTAL}/api/${plugin}` },
    { fetch },
  );
  return follow(
    client,
    id,
    {
      onDeployment: deployment => seen.push(deployment),
      onLine: line => lines.push(line),
      onFailure: failure => failures.push(failure),
    },
    controller.signal,
  );
}

const settle = (millis = 0) => jest.advanceTimersByTimeAsync(millis);
const streams = () => google.portal.calls.filter(({ path }) => path === EVENTS);

describe('following a deployment', () => {
  it('reports the log so far, each event as it comes, and the end', async () => {
    const followed = begin();
    await settle();
    expect(seen.at(-1)).toEqual(RUNNING);
    expect(lines.map(line => line.message ?? line.state)).toEqual([
      'pending',
      'running',
      'Deploy model `fraud-detector@3`',
      'Adding nodes to the cluster',
    ]);

    const end = { state: 'succeeded', endedAt: SUCCEEDED.endedAt } as const;
    google.portal.change(id, end);
    await followed;
    expect(seen.at(-1)).toMatchObject(end);
    expect(lines.at(-1)!.state).toBe('succeeded');
    expect(streams()).toHaveLength(1);
    expect(failures.filter(Boolean)).toEqual([]);
  });

  it('reads the deployment anew when its stage changes', async () => {
    begin();
    await settle();
    const stage = { ...RUNNING.stage!, index: 5, name: 'Getting the image' };
    google.portal.change(id, { stage });
    await settle();
    expect(seen.at(-1)!.stage).toEqual(stage);
  });

  it('resumes after the last event when the stream breaks', async () => {
    begin();
    await settle();
    google.portal.break(id);
    await settle(1_000);
    expect(streams().map(({ last }) => last)).toEqual([undefined, '4']);
    google.portal.tell(id, LOG[2]);
    await settle();
    expect(lines).toHaveLength(5);
  });

  it('polls where streaming fails, until the end', async () => {
    google.portal.isStreaming = false;
    const followed = begin();
    await settle(4_000);
    expect(streams()).toHaveLength(2);
    google.portal.change(id, { state: 'failed', endedAt: SUCCEEDED.endedAt });
    await settle(3_000);
    await followed;
    expect(seen.at(-1)!.state).toBe('failed');
    expect(streams()).toHaveLength(2);
    expect(lines).toEqual([]);
  });

  it('streams again once that works', async () => {
    google.portal.isStreaming = false;
    begin();
    await settle(4_000);
    google.portal.isStreaming = true;
    await settle(30_000);
    expect(lines).toHaveLength(4);
  });

  it('sends nothing while the page is hidden, and resumes when it is shown', async () => {
    begin();
    await settle();
    show('hidden');
    await settle(60_000);
    const before = google.portal.calls.length;
    await settle(60_000);
    expect(google.portal.calls).toHaveLength(before);
    google.portal.tell(id, LOG[2]);
    show('visible');
    await settle(1_000);
    expect(streams().at(-1)!.last).toBe('4');
    expect(lines).toHaveLength(5);
  });

  it('ends with the reason where the portal denies', async () => {
    google.portal.deployments = [];
    await begin();
    expect(seen).toEqual([]);
    expect(failures).toMatchObject([{ status: 404 }]);
    expect(failures[0]!.diagnostics[0].code).toBe('portal/refused');
  });

  it('reports that the portal does not respond, and goes on', async () => {
    let isDown = true;
    begin((input, init) =>
      isDown
        ? Promise.reject(new TypeError('Failed to fetch'))
        : google.fetch(input as string, init),
    );
    await settle(2_000);
    expect(failures.at(-1)).toEqual({ diagnostics: [] });
    isDown = false;
    await settle(3_000);
    expect(failures.at(-1)).toBeUndefined();
    expect(seen.at(-1)).toEqual(RUNNING);
  });

  it('ends with its signal', async () => {
    const followed = begin();
    await settle();
    controller.abort();
    await settle();
    await followed;
    const before = google.portal.calls.length;
    await settle(60_000);
    expect(google.portal.calls).toHaveLength(before);
  });
});
