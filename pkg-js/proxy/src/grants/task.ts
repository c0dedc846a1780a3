import type {
  GrantStep,
  GrantTask,
  GrantWant,
} from '@backstage-vertex-ai/core/server';

/** Fulfils each want of a grant task by its name. */
export type GrantHost = {
  [Name in GrantWant['want']]?: (
    want: Extract<GrantWant, { want: Name }>,
  ) => Promise<unknown>;
};

/**
 * Drives a grant task to its end. Every decision, and their order, is the core's.
 *
 * @throws the host's error if the task ends because of it
 */
export async function runGrantTask(
  task: GrantTask,
  host: GrantHost,
  signal?: AbortSignal,
): Promise<Extract<GrantStep, { want: 'end' }>> {
  let thrown: unknown;

  async function fulfil(want: GrantWant): Promise<GrantStep> {
    let answer: unknown;
    let message: string | undefined;
    try {
      const part = host[want.want] as (one: GrantWant) => Promise<unknown>;
      answer = await part(want);
    } catch (error) {
      thrown = error;
      message = (error as Error).message;
    }
    return task.tell(answer, message, signal?.aborted ?? false);
  }

  try {
    let step = task.tell(undefined, undefined, signal?.aborted ?? false);
    while (step.want !== 'end') step = await fulfil(step);
    if (step.failed) {
      throw thrown ?? new Error('the core cannot read an answer of its host');
    }
    return step;
  } finally {
    task.free();
  }
}
