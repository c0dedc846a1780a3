import { call } from './bindings';
import type { Diagnostic, GrantWant } from './generated/shapes';

/** The next want of a grant task, or its end. */
export type GrantStep =
  | GrantWant
  | {
      want: 'end';
      /** The host's last error is the reason. */
      failed: boolean;
      refusal?: { status: number; diagnostic: Diagnostic };
    };

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
    this.#task.free();
  }
}
