import type {
  Code,
  Diagnostic,
  Identity,
  LedgerEntry,
  Progress,
} from './generated/shapes';

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

/** The host of a durable run. Its `fetch` adds the portal's own credentials, and the headers of the mandate. */
export interface RunHost extends DeployHost {
  /**
   * Makes an entry durable. Rejects when the lease is lost or the database does not answer: the run then stops at once and sends
   * nothing more.
   */
  write(entry: LedgerEntry): Promise<void>;
  /** Number of the portal's deployments that run now, which share Google's quotas. Absent: only this one. */
  running?(): number;
}
