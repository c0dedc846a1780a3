/**
 * The compiled core behind two promises: nothing is called before it has loaded, and a panic in Rust becomes a `CoreError` instead of a
 * trap or a promise that never settles.
 */
import type { CoreError } from './host';
import type { Code } from './generated/shapes';

/** The generated glue of one build. Its values are declared where they are wrapped. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Bindings = any;

/** Source of the compiled core, for `init`. */
export type InitSource = URL | string | Response | BufferSource;

type Load = (source?: InitSource) => Bindings | Promise<Bindings>;

function coreError(code: Code, message: string, status = 500): CoreError {
  const error = Object.assign(new Error(message), {
    name: 'CoreError' as const,
    code,
    status,
    diagnostics: [{ code, severity: 'error' as const, message }],
  });
  return error;
}

const internal = (detail: string) =>
  coreError('core/internal', `the core failed unexpectedly: ${detail}`);

/** Returns the error for an argument that types would have rejected. */
export const misuse = (message: string) =>
  coreError('request/malformed', message, 400);

/** A build of the core. */
export class Build {
  #load: Load | undefined;
  #loadsOnDemand = false;
  #bindings: Bindings;
  #loading: Promise<Bindings> | undefined;
  /** Message of the last panic. */
  #panic: string | undefined;
  /** Rejections of the calls that a panic would leave pending. */
  readonly #pending = new Set<(error: CoreError) => void>();

  /** Sets the loader. Each entry of the package calls it once; `onDemand`: the loader is synchronous and runs at the first call. */
  provide(loader: Load, options: { onDemand: boolean }): void {
    this.#load = loader;
    this.#loadsOnDemand = options.onDemand;
  }

  /** Loads the build. Further calls, also concurrent ones, cost nothing. */
  async init(source?: InitSource): Promise<void> {
    if (this.#bindings) return;
    // After a failure the next call tries again, also where the loader throws at once.
    this.#loading ??= Promise.resolve(source)
      .then(this.#load)
      .then(loaded => this.#adopt(loaded))
      .finally(() => {
        this.#loading = undefined;
      });
    await this.#loading;
  }

  /** Calls the build. */
  call<T>(run: (core: Bindings) => T): T {
    try {
      return run(this.#loaded());
    } catch (error) {
      throw this.#untrap(error);
    }
  }

  /** Calls the build and awaits its promise. */
  async callAsync<T>(run: (core: Bindings) => Promise<T>): Promise<T> {
    const core = this.#loaded();
    let reject: (error: CoreError) => void = () => {};
    const panicked = new Promise<never>((_, rejected) => {
      reject = rejected;
    });
    this.#pending.add(reject);
    try {
      return await Promise.race([run(core), panicked]);
    } catch (error) {
      throw this.#untrap(error);
    } finally {
      this.#pending.delete(reject);
    }
  }

  #adopt(loaded: Bindings): Bindings {
    loaded.onPanic((detail: string) => {
      this.#panic = detail;
      for (const reject of [...this.#pending]) reject(internal(detail));
    });
    this.#bindings = loaded;
    return loaded;
  }

  #loaded(): Bindings {
    if (this.#bindings) return this.#bindings;
    if (this.#loadsOnDemand) return this.#adopt(this.#load?.());
    throw coreError(
      'core/not-initialised',
      'the core has not loaded: call and await init() first',
    );
  }

  /** Rust throws CoreErrors; any other error from wasm is a trap. */
  #untrap(error: unknown): unknown {
    return error instanceof WebAssembly.RuntimeError
      ? internal(this.#panic ?? error.message)
      : error;
  }
}

const core = new Build();

/** The build that checks files, which only servers have. It is smaller than the server build, and the command line loads nothing else. */
export const checking = new Build();

/** Sets the loader of the core. */
export const provide = (loader: Load, options: { onDemand: boolean }) =>
  core.provide(loader, options);

/** Loads the core. Node needs no call; browsers await it once. Further calls, also concurrent ones, cost nothing. */
export const init = (source?: InitSource): Promise<void> => core.init(source);

/** Calls the core. */
export const call = <T>(run: (core: Bindings) => T): T => core.call(run);

/** Calls the core and awaits its promise. */
export const callAsync = <T>(run: (core: Bindings) => Promise<T>): Promise<T> =>
  core.callAsync(run);

/** Releases the memory of an object of the core. A panic leaves the object borrowed: then its memory is lost, and the panic is the error. */
export function release(object: { free(): void }): void {
  try {
    object.free();
  } catch {
    // See above.
  }
}
