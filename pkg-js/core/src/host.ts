import type {
  Code,
  ContainerLog,
  DeploymentHold,
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

/**
 * What other deployments do with a deployed model.
 *
 * A run that removes it (`leaving`): `taken` if one that uses it has succeeded since the run was started, else `busy` while one uses it.
 * A run that uses it: `busy` while one removes it; what the run wrote down is deleted then. Else `taken` while one uses it, too.
 */
export type Held = 'free' | 'busy' | 'taken';

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
  /**
   * Writes down what the run does with a deployed model, in place of what stood there, and looks at the portal's other deployments
   * afterwards. Absent: there are no others.
   */
  hold?(hold: DeploymentHold): Promise<Held>;
  /**
   * Returns an entity as the catalog has it; `undefined` where it has none. Rejects when the catalog does not answer. A stored request
   * has no values of environment variables: an upload takes them from here. Absent: there is no catalog.
   */
  entity?(entityRef: string): Promise<object | undefined>;
  /** Keeps what was read of a container's log, in place of what was kept before. Where it rejects, the run goes on. Absent: nothing is kept. */
  keepLog?(log: ContainerLog): Promise<void>;
  /** Number of the portal's deployments that run now, which share Google's quotas. Absent: only this one. */
  running?(): number;
}
