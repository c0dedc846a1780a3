import type { Code, Diagnostic, Identity, Progress } from './generated/shapes';

/** Error for misuse (not initialised, a request of the wrong shape) and failed I/O. */
export interface CoreError extends Error {
  readonly name: 'CoreError';
  /** Code of the first finding. */
  readonly code: Code;
  readonly diagnostics: Diagnostic[];
  /** The matching HTTP status. */
  readonly status: number;
}

/** The outside world, as the core reaches it. */
export interface Host {
  /** Same as the global `fetch`. `identity` selects the Backstage credentials for the call to the proxy. */
  fetch(url: string, init: RequestInit, identity: Identity): Promise<Response>;
  signal?: AbortSignal;
}

/** A host that follows a long call. */
export interface DeployHost extends Host {
  onProgress?(progress: Progress): void;
}
