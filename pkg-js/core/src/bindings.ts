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

let load: Load;
let loadsOnDemand = false;
let bindings: Bindings;
let loading: Promise<Bindings> | undefined;

/** Message of the last panic. */
let panic: string | undefined;

/** Rejections of the calls that a panic would leave pending. */
const pending = new Set<(error: CoreError) => void>();

/** Sets the loader. Each entry of the package calls it once; `onDemand`: the loader is synchronous and runs at the first call. */
export function provide(loader: Load, options: { onDemand: boolean }): void {
  load = loader;
  loadsOnDemand = options.onDemand;
}

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

function adopt(loaded: Bindings): Bindings {
  loaded.onPanic((detail: string) => {
    panic = detail;
    for (const reject of [...pending]) reject(internal(detail));
  });
  bindings = loaded;
  return loaded;
}

function loaded(): Bindings {
  if (bindings) return bindings;
  if (loadsOnDemand) return adopt(load());
  throw coreError(
    'core/not-initialised',
    'the core has not loaded: call and await init() first',
  );
}

/** Rust throws CoreErrors; any other error from wasm is a trap. */
const untrap = (error: unknown) =>
  error instanceof WebAssembly.RuntimeError
    ? internal(panic ?? error.message)
    : error;

/** Loads the core. Node needs no call; browsers await it once. Further calls, also concurrent ones, cost nothing. */
export async function init(source?: InitSource): Promise<void> {
  if (bindings) return;
  // After a failure the next call tries again, also where `load` throws at once.
  loading ??= Promise.resolve(source)
    .then(load)
    .then(adopt)
    .finally(() => {
      loading = undefined;
    });
  await loading;
}

/** Calls the core. */
export function call<T>(run: (core: Bindings) => T): T {
  try {
    return run(loaded());
  } catch (error) {
    throw untrap(error);
  }
}

/** Releases the memory of an object of the core. A panic leaves the object borrowed: then its memory is lost, and the panic is the error. */
export function release(object: { free(): void }): void {
  try {
    object.free();
  } catch {
    // See above.
  }
}

/** Calls the core and awaits its promise. */
export async function callAsync<T>(
  run: (core: Bindings) => Promise<T>,
): Promise<T> {
  const core = loaded();
  let reject: (error: CoreError) => void = () => {};
  const panicked = new Promise<never>((_, rejected) => {
    reject = rejected;
  });
  pending.add(reject);
  try {
    return await Promise.race([run(core), panicked]);
  } catch (error) {
    throw untrap(error);
  } finally {
    pending.delete(reject);
  }
}
