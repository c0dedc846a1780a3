import * as core from '@backstage-vertex-ai/core/server';
import type {
  DeployReport,
  DeploymentRequest,
  Progress,
} from '@backstage-vertex-ai/core/server';

/** What a run is asked to do, as it is stored; the proxy's address is added at each start. */
export interface StoredRequest extends DeploymentRequest {
  kind: string;
  runId: string;
  reason: string;
}

export interface RunRequest extends StoredRequest {
  proxyUrl: string;
}

/** One line of a run's ledger. Only the core reads more of it than its number. */
export interface LedgerEntry {
  seq: number;
}

/** What a run needs of its host. */
export interface RunHost {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Makes an entry durable. Where it rejects, the run ends at once and sends nothing more. */
  write(entry: LedgerEntry): Promise<void>;
  onProgress?(progress: Progress): void;
  /** Aborted when the deployment is to be cancelled. */
  signal?: AbortSignal;
}

/** Runs a deployment, or resumes it from its ledger. */
export type RunDeployment = (
  request: RunRequest,
  ledger: LedgerEntry[],
  host: RunHost,
) => Promise<DeployReport>;

export const runDeployment: RunDeployment = (request, ledger, host) =>
  // Declared here until the core exports it.
  (core as unknown as { runDeployment: RunDeployment }).runDeployment(
    request,
    ledger,
    host,
  );
