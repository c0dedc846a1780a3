import { failureOf, type Failure } from '../failure';
import type { DeploymentsClient } from './client';
import type { Deployment, LogLine } from './deployment';
import type { StreamEvent } from './eventStream';

/** Streams that break in a row, after which the deployment is polled instead. */
const MAX_BROKEN = 2;
/** Polls after which a stream is tried again. */
const POLLS = 10;
const POLL_MILLIS = 3_000;
const RETRY_MILLIS = 1_000;

/** Statuses that another try does not change. */
const FINAL = [401, 403, 404];

/** What a follower reports. */
export interface Follower {
  onDeployment(deployment: Deployment): void;
  onLine(line: LogLine): void;
  /** Absent once a request succeeds again. */
  onFailure(failure?: Failure): void;
}

/**
 * Follows a deployment to its end: its events as they come, or polls where streaming fails. Sends nothing while the page is hidden.
 *
 * Resolves after the end, after a denial, and when the signal aborts.
 */
export async function follow(
  client: DeploymentsClient,
  id: string,
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  let last = '';
  let broken = 0;
  let ended = false;

  const see = (deployment: Deployment) => {
    if (signal.aborted) return;
    ended = Boolean(deployment.endedAt);
    follower.onDeployment(deployment);
    follower.onFailure(undefined);
  };

  /** Returns whether the stream told the end. */
  const stream = async (shown: AbortSignal): Promise<boolean> => {
    const reread = once(async () => see(await client.read(id, shown)));
    for await (const event of client.events(id, last, shown)) {
      if (signal.aborted) return true;
      broken = 0;
      if (event.type === 'end') {
        see(JSON.parse(event.data));
        return true;
      }
      last = event.id;
      const line = toLine(event);
      follower.onLine(line);
      if (event.type === 'state' || line.kind === 'stage') reread();
    }
    return false;
  };

  /** Reads the deployment, and its events unless streams are broken. Returns whether there is nothing more to follow. */
  const visit = async (round: number, shown: AbortSignal): Promise<boolean> => {
    const isPolling = broken >= MAX_BROKEN && round % POLLS !== 0;
    try {
      see(await client.read(id, shown));
      if (isPolling ? ended : await stream(shown)) return true;
      if (!isPolling) broken += 1;
      return false;
    } catch (error) {
      if (shown.aborted) return false;
      if (!isPolling) broken += 1;
      // A deployment that was read is shown without the rest of its log.
      if (ended) return true;
      const failure = failureOf(error);
      const isFinal = FINAL.includes(failure.status!);
      if (isFinal || broken >= MAX_BROKEN) follower.onFailure(failure);
      return isFinal;
    }
  };

  for (let round = 0; !signal.aborted; round += 1) {
    const shown = await untilVisible(signal);
    try {
      if (await visit(round, shown.signal)) return;
      await pause(
        broken < MAX_BROKEN ? RETRY_MILLIS : POLL_MILLIS,
        shown.signal,
      );
    } finally {
      shown.end();
    }
  }
}

function toLine({ id, data }: StreamEvent): LogLine {
  const { at, state, message, kind } = JSON.parse(data);
  return { id, at, state, message, kind };
}

/** Runs one at a time; calls in between lead to one more run. */
function once(run: () => Promise<void>): () => void {
  let isRunning = false;
  let again = false;
  const start = async () => {
    again = isRunning;
    if (isRunning) return;
    isRunning = true;
    // The stream goes on without it.
    await run().catch(() => {});
    isRunning = false;
    if (again) start();
  };
  return start;
}

/** A time during which the page is visible. */
interface Visit {
  /** Aborts when the page is hidden. */
  signal: AbortSignal;
  end(): void;
}

/** Waits until the page is visible. */
async function untilVisible(signal: AbortSignal): Promise<Visit> {
  const isVisible = () => document.visibilityState === 'visible';
  while (!isVisible() && !signal.aborted) await changed(signal);
  const visit = new AbortController();
  const check = () => {
    if (signal.aborted || !isVisible()) visit.abort();
  };
  check();
  signal.addEventListener('abort', check);
  document.addEventListener('visibilitychange', check);
  const end = () => {
    signal.removeEventListener('abort', check);
    document.removeEventListener('visibilitychange', check);
    visit.abort();
  };
  return { signal: visit.signal, end };
}

function changed(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      document.removeEventListener('visibilitychange', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    document.addEventListener('visibilitychange', end);
    signal.addEventListener('abort', end);
  });
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, millis);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
