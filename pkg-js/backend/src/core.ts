import type {
  DeployReport,
  LedgerEntry,
  RunHost,
  RunRequest,
} from '@backstage-vertex-ai/core/server';

/** What a run is asked to do, as it is stored; the proxy's address is added at each start. */
export type StoredRequest = Omit<RunRequest, 'proxyUrl'>;

/** Runs a deployment, or resumes it from its ledger. */
export type RunDeployment = (
  request: RunRequest,
  ledger: LedgerEntry[],
  host: RunHost,
) => Promise<DeployReport>;
