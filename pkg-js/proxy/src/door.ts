import type {
  DoorHost,
  DoorWant,
  Passage,
  RefusalAnswer,
} from '@backstage-vertex-ai/core/server';

/**
 * Takes one call through the door: fulfils each of its wants, until it ends. Every decision, and their order, is the core's.
 *
 * @returns the refusal; `undefined` where the caller has Google's answer, or has left
 */
export async function passDoor(
  passage: Passage,
  host: DoorHost,
  hasLeft: () => boolean,
): Promise<RefusalAnswer | undefined> {
  const parts = { ...host, token: () => passage.token() };

  async function fulfil(next: DoorWant & { within?: number }) {
    try {
      const part = parts[next.want as keyof typeof parts] as Fulfil;
      const answer = await limit(part(next), next.within);
      return passage.tell(answer, hasLeft());
    } catch (error) {
      return passage.fail(error, hasLeft());
    }
  }

  try {
    let next = passage.tell(undefined, hasLeft());
    while (next.want !== 'end') next = await fulfil(next);
    return next.refusal ?? undefined;
  } finally {
    passage.free();
  }
}

type Fulfil = (want: DoorWant) => Promise<unknown>;

/** Fails with a `TimeoutError` where an answer does not arrive in time, in milliseconds. */
function limit<T>(answer: Promise<T>, within?: number): Promise<T> {
  if (within === undefined) return answer;
  const signal = AbortSignal.timeout(within);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      const error = new Error('an answer is late');
      error.name = 'TimeoutError';
      reject(error);
    });
  });
  return Promise.race([answer, late]);
}
