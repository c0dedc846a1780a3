import type {
  AuditFacts,
  DoorHost,
  DoorWant,
  Passage,
  RefusalAnswer,
} from '@backstage-vertex-ai/core/server';

/** The outcome that a call owes to the audit table and the audit log. After a panic, the core can no longer report it. */
class OpenOutcome {
  private row?: string;
  private facts?: AuditFacts;
  readonly watched: Pick<
    DoorHost,
    'announce' | 'record' | 'settle' | 'conclude'
  >;

  constructor(private readonly host: DoorHost) {
    this.watched = {
      announce: async want => {
        await host.announce(want);
        this.facts = want.meta;
      },
      record: async want => {
        await host.record(want);
        this.row = want.id;
      },
      settle: async want => {
        this.row = undefined;
        await host.settle(want);
      },
      conclude: async want => {
        this.facts = undefined;
        await host.conclude(want);
      },
    };
  }

  /** Records a failure with an unknown outcome; without a status, a policy counts as changed. */
  async close(): Promise<void> {
    const { host, row, facts } = this;
    const error = 'the core failed unexpectedly: the outcome is not known';
    const closing = await Promise.allSettled([
      row && host.settle({ id: row, outcome: 'failed', error }),
      facts && host.conclude({ succeeded: false, meta: facts, error }),
    ]);
    for (const closed of closing) {
      if (closed.status === 'fulfilled') continue;
      await host
        .log({
          level: 'error',
          message: `The outcome of audit record ${row} is lost`,
          meta: { ...facts, auditId: row, error: String(closed.reason) },
        })
        .catch(() => {});
    }
  }
}

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
  const outcome = new OpenOutcome(host);
  const parts = {
    ...host,
    ...outcome.watched,
    token: () => passage.token(),
  };

  async function fulfil(next: DoorWant & { within?: number }) {
    let answer: unknown;
    try {
      const part = parts[next.want as keyof typeof parts] as Fulfil;
      answer = await limit(part(next), next.within);
    } catch (error) {
      return passage.fail(error, hasLeft());
    }
    return passage.tell(answer, hasLeft());
  }

  try {
    let next = passage.tell(undefined, hasLeft());
    while (next.want !== 'end') next = await fulfil(next);
    return next.refusal ?? undefined;
  } catch (error) {
    await outcome.close();
    throw error;
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
