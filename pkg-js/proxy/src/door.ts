import type {
  DoorDebt,
  DoorHost,
  DoorWant,
  Passage,
  RefusalAnswer,
} from '@backstage-vertex-ai/core/server';

type Fulfil = (want: DoorWant) => Promise<unknown>;

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
  let owed: DoorDebt[] = [];

  async function perform(want: DoorWant): Promise<unknown> {
    return (parts[want.want] as Fulfil)(want);
  }

  async function fulfil(want: DoorWant & { within?: number }, then = owed) {
    let answer: unknown;
    try {
      answer = await limit(perform(want), want.within);
      owed = then;
    } catch (error) {
      return passage.fail(error, hasLeft());
    }
    return passage.tell(answer, hasLeft());
  }

  async function settle({ want, otherwise }: DoorDebt) {
    try {
      await perform(want);
    } catch (error) {
      const meta = { ...otherwise.meta, error: String(error) };
      await host.log({ ...otherwise, meta }).catch(() => {});
    }
  }

  try {
    let step = passage.tell(undefined, hasLeft());
    while (step.want) step = await fulfil(step.want, step.owed);
    return step.refusal;
  } catch (error) {
    // The core has failed, and can report nothing any more.
    await Promise.all(owed.map(settle));
    throw error;
  } finally {
    passage.free();
  }
}

/** Fails with a `TimeoutError` where an answer does not arrive in time, in milliseconds. */
function limit<T>(answer: Promise<T>, within?: number): Promise<T> {
  if (within === undefined) return answer;
  const signal = AbortSignal.timeout(within);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  return Promise.race([answer, late]);
}
