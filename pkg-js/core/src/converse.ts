/** The driver: fulfils what the core's conversations want with the host's `fetch`, clock and timers. Every decision is the core's. */
import { call, misuse } from './bindings';
import type { BrokerHost, PublicKey } from './gate';
import type { Progress } from './generated/shapes';
import type { DeployHost, Host } from './host';

interface Send {
  verb: string;
  url: string;
  headers: [string, string][];
  body?: string;
  identity: 'initiator' | 'service';
}

/** One want of a conversation with Google. */
interface Want {
  send?: Send;
  /** Milliseconds. */
  wait?: number;
}

type Outcome =
  | { status: number; retryAfter?: number; body: string }
  | { failed: 'unreachable' | 'cutOff' | 'cancelled' }
  | Record<string, never>;

/** The state of a conversation after an outcome. */
interface Next {
  want?: Want;
  report?: unknown;
  said: Progress[];
  heedsCancelling: boolean;
}

/** One want of the broker. */
interface ErrandWant {
  key?: { wait: boolean };
  publish?: { key: PublicKey; within: number };
  google?: { want: Want; within: number };
}

/** Drives the conversation that `begin` starts, until its report. */
export async function converse<T>(
  begin: Parameters<typeof call>[0],
  host: DeployHost,
): Promise<T> {
  if (typeof host?.fetch !== 'function') {
    throw misuse('the host has no `fetch` function');
  }
  const talk: any = call(begin);
  try {
    let outcome: Outcome | undefined;
    for (;;) {
      const cancelled = host.signal?.aborted ?? false;
      const next: Next = call(() => talk.tell(outcome, cancelled));
      next.said.forEach(progress => listen(host, progress));
      if (!next.want) return next.report as T;
      const signal = next.heedsCancelling ? host.signal : undefined;
      outcome = await fulfil(next.want, host, signal);
    }
  } finally {
    talk.free();
  }
}

/** Drives an errand of the broker until its end. Its result reaches the callers that wait for it. */
export async function runErrand(errand: any, host: BrokerHost): Promise<void> {
  let signal: AbortSignal | undefined;
  const answer = async ({ key, publish, google }: ErrandWant) => {
    if (key) {
      const next = call(() => errand.key());
      if (next) background(runErrand(next, host));
      if (key.wait) await errand.landed();
      return undefined;
    }
    if (publish) return published(host, publish.key, publish.within);
    signal ??= AbortSignal.timeout(google!.within);
    return fulfil(google!.want, host, signal);
  };
  let outcome: unknown;
  for (;;) {
    const cancelled = signal?.aborted ?? false;
    const want = call(() => errand.tell(outcome, cancelled));
    if (!want) break;
    outcome = await answer(want);
  }
  errand.free();
}

/** Lets an errand run on. A panic of the core rejects the call that waits for it. */
export function background(errand: Promise<void>): void {
  errand.catch(() => {});
}

/** Publishes a key. Resolves to the failure, if any: `late` after a timeout. */
async function published(
  host: BrokerHost,
  key: PublicKey,
  within: number,
): Promise<string | void> {
  const signal = AbortSignal.timeout(within);
  const late = new Promise<string>(resolve => {
    signal.addEventListener('abort', () => resolve('late'));
  });
  const publish = async () => host.publishKey(key);
  return Promise.race([publish(), late]).catch(() => 'failed');
}

/** A listener that throws must not end a deployment. */
function listen(host: DeployHost, progress: Progress): void {
  try {
    host.onProgress?.(progress);
  } catch {
    // The listener's own failure.
  }
}

type Fetching = Pick<Host, 'fetch'>;

function fulfil(
  { send, wait = 0 }: Want,
  host: Fetching,
  signal?: AbortSignal,
): Promise<Outcome> {
  return send ? exchange(send, host, signal) : pause(wait, signal);
}

/** Waits; ends early when the signal aborts. */
function pause(millis: number, signal?: AbortSignal): Promise<Outcome> {
  return new Promise(resolve => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve({});
    };
    timer = setTimeout(end, millis);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}

async function exchange(
  { verb, url, headers, body, identity }: Send,
  host: Fetching,
  signal?: AbortSignal,
): Promise<Outcome> {
  const failed = (failure: 'unreachable' | 'cutOff'): Outcome => ({
    failed: signal?.aborted ? 'cancelled' : failure,
  });
  let answer: Response;
  try {
    const init = { method: verb, headers: Object.fromEntries(headers) };
    answer = await host.fetch(
      url,
      {
        ...init,
        ...(body === undefined ? {} : { body }),
        ...(signal ? { signal } : {}),
      },
      identity,
    );
  } catch {
    return failed('unreachable');
  }
  // A `Response` of another realm (jest, undici) is not an instance of ours.
  if (typeof answer?.text !== 'function') return failed('unreachable');
  try {
    const seconds = answer.headers?.get('retry-after') ?? '';
    return {
      status: answer.status,
      retryAfter: /^\s*\d+\s*$/.test(seconds) ? Number(seconds) : undefined,
      body: await answer.text(),
    };
  } catch {
    return failed('cutOff');
  }
}
