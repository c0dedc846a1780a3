import { checking } from './bindings';
import type {
  CheckOptions,
  CheckSummary,
  FileReport,
} from './generated/shapes';

/** Options of a check, with an `app-config.yaml` whose `vertexAi.rules` apply. Its mistakes are findings. */
export type CheckerOptions = CheckOptions & {
  config?: { file: string; bytes: Uint8Array };
};

/** A file without findings crosses as a number. */
const report = (answer: number | string): FileReport =>
  typeof answer === 'number'
    ? { diagnostics: [], output: '', entities: answer }
    : JSON.parse(answer);

/** Checks whole files, one after the other. Memory does not grow with their number. */
export class Checker {
  readonly #checker: any;

  constructor({ config, ...options }: CheckerOptions = {}) {
    this.#checker = checking.call(
      core => new core.Checker(options, config?.file, config?.bytes),
    );
  }

  /** Returns the maximum size of a file, in bytes. One byte more is enough to report a larger file. */
  static mostBytes(): number {
    return checking.call(core => core.Checker.mostBytes());
  }

  /** Returns the number of documents in a file. Parses only, which no check can avoid. */
  static documents(bytes: Uint8Array): number {
    return checking.call(core => core.Checker.documents(bytes));
  }

  /** Returns whether a part of a large file mentions an annotation of this product. */
  static mentionsAnnotation(bytes: Uint8Array): boolean {
    return checking.call(core => core.Checker.mentionsAnnotation(bytes));
  }

  /** Returns whether the beginning of a large file is one of Backstage's kinds. */
  static isBackstage(bytes: Uint8Array): boolean {
    return checking.call(core => core.Checker.isBackstage(bytes));
  }

  /**
   * Checks one file; `file` is its name in the output. A file that was `named` (the default) must contain an entity. A file that was
   * found in a folder has no findings unless it mentions an annotation of this product; only the annotations of a template are
   * checked then.
   */
  add(
    file: string,
    bytes: Uint8Array,
    { named = true }: { named?: boolean } = {},
  ): FileReport {
    return report(checking.call(() => this.#checker.add(file, bytes, named)));
  }

  /** Reports a file or folder that could not be read, and why, e.g. `permission denied`. */
  unreadable(file: string, reason: string): FileReport {
    return report(checking.call(() => this.#checker.unreadable(file, reason)));
  }

  /** Reports a file whose fixed text could not be written, and why. */
  unwritable(file: string, reason: string): FileReport {
    return report(checking.call(() => this.#checker.unwritable(file, reason)));
  }

  /** Ends the check. A check without any entity is a finding. */
  finish(): CheckSummary {
    return JSON.parse(checking.call(() => this.#checker.finish()));
  }
}
