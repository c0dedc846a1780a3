// What every entry exports: the bindings, with two promises kept. Nothing is called before the core is loaded, and a panic in
// Rust surfaces as a CoreError, not as a trap or a promise that never settles.

/** @returns {Error} shaped as `CoreError` in index.d.ts */
function coreError(code, message, status = 500) {
  const error = new Error(message);
  error.name = 'CoreError';
  return Object.assign(error, {
    code,
    status,
    diagnostics: [{ code, severity: 'error', message }],
  });
}

const internal = detail =>
  coreError(
    'core/internal',
    `the core failed in a way it should not: ${detail}`,
  );

/**
 * @param {(source?: unknown) => unknown} load gives the generated bindings, or a promise of them
 * @param {{ sync: boolean }} how whether `load` may be called without being asked
 */
export function createFacade(load, { sync }) {
  let bindings;
  let loading;
  /** The calls that a panic would leave pending. */
  const pending = new Set();

  function adopt(loaded) {
    loaded.onPanic(detail => {
      for (const reject of [...pending]) reject(internal(detail));
    });
    bindings = loaded;
    return loaded;
  }

  function need() {
    if (bindings) return bindings;
    if (sync) return adopt(load());
    throw coreError(
      'core/not-initialised',
      'the core is not loaded yet: call and await init() first',
    );
  }

  /** Rust throws CoreErrors; anything else that comes out of wasm is a trap. */
  const untrap = error =>
    error instanceof WebAssembly.RuntimeError ? internal(error.message) : error;

  const call = (receiver, run) => {
    try {
      return run(receiver());
    } catch (error) {
      throw untrap(error);
    }
  };

  async function callAsync(receiver, run) {
    const target = receiver();
    let reject;
    const panicked = new Promise((_, no) => {
      reject = no;
    });
    pending.add(reject);
    try {
      return await Promise.race([run(target), panicked]);
    } catch (error) {
      throw untrap(error);
    } finally {
      pending.delete(reject);
    }
  }

  async function init(source) {
    if (bindings) return;
    // After a failure the next call tries again, also where `load` fails at once.
    loading ??= Promise.resolve(source)
      .then(load)
      .then(adopt)
      .finally(() => {
        loading = undefined;
      });
    await loading;
  }

  return {
    call: run => call(need, run),
    callAsync: run => callAsync(need, run),
    init,
  };
}

/** The functions that browsers and Node share. */
export function common({ call, callAsync, init }) {
  return {
    init,
    version: () => call(core => core.version()),
    annotations: () => call(core => core.annotations()),
    validate: request => call(core => core.validate(request)),
    status: (request, host) => callAsync(core => core.status(request, host)),
  };
}

/** What only the server build has. */
export function server({ call, callAsync }) {
  class Gate {
    #gate;
    constructor(config, defaults, host) {
      this.#gate = call(core => new core.Gate(config, defaults, host));
    }
    static permissions() {
      return call(core => core.Gate.permissions());
    }
    static headers() {
      return call(core => core.Gate.headers());
    }
    static refusal(error) {
      return call(core => core.Gate.refusal(error));
    }
    static requirePermission(name, decision) {
      return call(core => core.Gate.requirePermission(name, decision));
    }
    static mayHaveChangedPolicy(method, status) {
      return call(core => core.Gate.mayHaveChangedPolicy(method, status));
    }
    get issuer() {
      return call(() => this.#gate.issuer);
    }
    discovery() {
      return call(() => this.#gate.discovery());
    }
    pass(arrival) {
      return new Passage(call(() => this.#gate.pass(arrival)));
    }
    access(request, asker, host) {
      return callAsync(() => this.#gate.access(request, asker, host));
    }
    checkGiven(principal, expiresAt, owned) {
      const check = () => this.#gate.checkGiven(principal, expiresAt, owned);
      return call(check) ?? null;
    }
    recordedName(name) {
      return call(() => this.#gate.recordedName(name));
    }
  }
  class Passage {
    #passage;
    constructor(passage) {
      this.#passage = passage;
    }
    tell(answer, left) {
      return call(() => this.#passage.tell(answer, left));
    }
    fail(error, left) {
      return call(() => this.#passage.fail(error, left));
    }
    token() {
      return callAsync(() => this.#passage.token());
    }
    free() {
      this.#passage.free();
    }
  }
  /** What crosses for a file without findings is a number. */
  const report = answer =>
    typeof answer === 'number'
      ? { diagnostics: [], output: '', entities: answer }
      : JSON.parse(answer);
  class Checker {
    #checker;
    constructor(options = {}) {
      const { format = 'text', failOn = 'error', rules, config } = options;
      this.#checker = call(
        core =>
          new core.Checker(
            format,
            options.color ?? false,
            options.summary ?? true,
            failOn,
            options.fix ?? false,
            rules,
            config?.file,
            config?.bytes,
          ),
      );
    }
    static mostBytes() {
      return call(core => core.Checker.mostBytes());
    }
    static documents(bytes) {
      return call(core => core.Checker.documents(bytes));
    }
    static mentionsAnnotation(bytes) {
      return call(core => core.Checker.mentionsAnnotation(bytes));
    }
    static isBackstage(bytes) {
      return call(core => core.Checker.isBackstage(bytes));
    }
    add(file, bytes, { named = true } = {}) {
      return report(call(() => this.#checker.add(file, bytes, named)));
    }
    unreadable(file, reason) {
      return report(call(() => this.#checker.unreadable(file, reason)));
    }
    unwritable(file, reason) {
      return report(call(() => this.#checker.unwritable(file, reason)));
    }
    finish() {
      return report(call(() => this.#checker.finish()));
    }
  }
  return {
    Checker,
    Gate,
    plan: request => call(core => core.plan(request)),
    deploy: (request, host) => callAsync(core => core.deploy(request, host)),
    iamPlan: request => call(core => core.iamPlan(request)),
    iamCompare: request => call(core => core.iamCompare(request)),
    iamApply: (request, host) =>
      callAsync(core => core.iamApply(request, host)),
    iamPam: (request, host) => callAsync(core => core.iamPam(request, host)),
    iamVerify: (request, host) =>
      callAsync(core => core.iamVerify(request, host)),
  };
}
