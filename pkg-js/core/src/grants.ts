import { call, release } from './bindings';
import type { GrantStep } from './generated/shapes';

/** A clean-up or a withdrawal of grant records. The host fulfils its wants until the end. */
export class GrantTask {
  readonly #task: any;

  /** @internal */
  constructor(task: unknown) {
    this.#task = task;
  }

  /** Delivers the answer to the last want, or the message of an error, and returns the next step. The first call answers none. */
  tell(
    answer: unknown,
    error: string | undefined,
    cancelled: boolean,
  ): GrantStep {
    return call(() => this.#task.tell(answer, error, cancelled));
  }

  /** Releases its memory. */
  free(): void {
    release(this.#task);
  }
}
