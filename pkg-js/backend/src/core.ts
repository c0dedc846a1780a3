import type {
  DeployReport,
  LedgerEntry,
  RunHost,
  RunRequest,
} from '@backstage-vertex-ai/core/server';

/**
 * What a run is asked to do; the proxy's address is added at each start. Rows have it without the values of environment variables:
 * `storedRequest` of the core.
 */
export type StoredRequest = Omit<RunRequest, 'proxyUrl'>;

/** Runs a deployment, or resumes it from its ledger. */
export type RunDeployment = (
  request: RunRequest,
  ledger: LedgerEntry[],
  host: RunHost,
) => Promise<DeployReport>;
