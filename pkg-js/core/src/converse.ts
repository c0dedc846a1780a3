/** The driver: fulfils what the core's conversations want with the core's fetch transport and timers. Every decision is the core's. */
import { call, callAsync, misuse, release } from './bindings';
import type {
  ContainerLog,
  DeploymentWant,
  ErrandWant,
  GoogleWant,
  Progress,
  PublicKey,
} from './generated/shapes';
import type { DeployHost, RunHost } from './host';

/** What the exchange of identities for tokens needs of its host. */
export interface BrokerHost {
  /** As the global `fetch`; only ever called with Google's STS and IAM credentials URLs. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Makes a new public key known to every replica. Awaited, 30 seconds at most, before anything is signed with it. */
  publishKey(key: PublicKey): Promise<void>;
  /** Learns why an exchange or a new key ended without a result: the core or its driver failed. */
  onFailure?(error: unknown): void;
}

/** The state of a conversation after an outcome. */
interface Next {
  want?: DeploymentWant;
  report?: unknown;
  said: Progress[];
  heedsCancelling: boolean;
}

/**
 * Drives the conversation that `begin` starts, until its report. `durable.write` makes an entry of a ledger durable; where it rejects,
 * the conversation ends with its reason, and sends nothing more.
 */
export async function converse<T>(
  begin: Parameters<typeof call>[0],
  host: DeployHost,
  durable?: Pick<RunHost, 'entity' | 'hold' | 'keepLog' | 'running' | 'write'>,
): Promise<T> {
  if (typeof host?.fetch !== 'function') {
    throw misuse('the host has no `fetch` function');
  }
  const talk: any = call(begin);
  let told: string | undefined;
  try {
    for (;;) {
      const cancelled = host.signal?.aborted ?? false;
      const running = durable?.running?.() ?? 1;
      const next: Next = call(() => talk.tell(cancelled, running, told));
      told = undefined;
      next.said.forEach(progress => listen(host, progress));
      if (!next.want) return next.report as T;
      if (typeof next.want === 'object' && 'write' in next.want) {
        await durable?.write(next.want.write);
        continue;
      }
      if (typeof next.want === 'object' && 'hold' in next.want) {
        told = await durable?.hold?.(next.want.hold);
        continue;
      }
      if (typeof next.want === 'object' && 'log' in next.want) {
        await keepLog(next.want.log, durable);
        continue;
      }
      if (typeof next.want === 'object' && 'entity' in next.want) {
        told = await readEntity(next.want.entity, durable);
        continue;
      }
      const signal = next.heedsCancelling ? host.signal : undefined;
      await fulfil(next.want, talk, host, signal);
    }
  } finally {
    release(talk);
  }
}

/** Keeps a log. The run does not depend on it. */
async function keepLog(
  log: ContainerLog,
  durable?: Pick<RunHost, 'keepLog'>,
): Promise<void> {
  try {
    await durable?.keepLog?.(log);
  } catch {
    // The host's own failure.
  }
}

/** Returns the JSON text of an entity; `unread` where the catalog does not answer. */
async function readEntity(
  entityRef: string,
  durable?: Pick<RunHost, 'entity'>,
): Promise<string> {
  try {
    return JSON.stringify((await durable?.entity?.(entityRef)) ?? null);
  } catch {
    return 'unread';
  }
}

/** Drives an errand of the broker until its end. Its result reaches the callers that wait for it. */
async function runErrand(errand: any, host: BrokerHost): Promise<void> {
  let signal: AbortSignal | undefined;
  /** Resolves to the failure, if any. */
  const answer = async (want: ErrandWant): Promise<string | void> => {
    if ('key' in want) {
      const next = call(() => errand.key());
      if (next) background(next, host);
      if (want.key.wait) await errand.landed();
      return undefined;
    }
    if ('publish' in want) {
      return published(host, want.publish.key, want.publish.within);
    }
    signal ??= AbortSignal.timeout(want.google.within);
    return fulfil(want.google.want, errand, host, signal);
  };
  let failure: string | void;
  try {
    for (;;) {
      const cancelled = signal?.aborted ?? false;
      const want = call(() => errand.tell(failure, cancelled));
      if (!want) break;
      failure = await answer(want);
    }
  } finally {
    // An errand without a result ends the calls that wait for it.
    release(errand);
  }
}

/** Lets an errand run on; its failure reaches the host's log. Resolves at its end. */
export function background(errand: any, host: BrokerHost): Promise<void> {
  return runErrand(errand, host).catch(error => host.onFailure?.(error));
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
  const publish = async () => {
    await host.publishKey(key);
  };
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

/** Fulfils the open want of a conversation with Google, a talk or an errand. */
function fulfil(
  want: GoogleWant,
  conversation: any,
  host: DeployHost | BrokerHost,
  signal?: AbortSignal,
): Promise<void> {
  return want === 'send'
    ? callAsync(() => conversation.send(host, signal))
    : pause(want.wait, signal);
}

/** Waits; ends early when the signal aborts. */
function pause(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    timer = setTimeout(end, millis);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}
