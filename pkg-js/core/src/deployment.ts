import { call } from './bindings';
import { converse } from './converse';
import type { DeployHost, RunHost } from './host';
import type {
  DeployReport,
  DeployRequest,
  DeploymentRequest,
  LedgerEntry,
  PlanReport,
  RunRequest,
} from './generated/shapes';

/** Plans a deployment. Calls nothing. */
export function plan(request: DeploymentRequest): PlanReport {
  return call(core => core.plan(request));
}

/** Carries a deployment out as a user who stays. Resolves when Google's operation has ended. It keeps no ledger. */
export function deploy(
  request: DeployRequest,
  host: DeployHost,
): Promise<DeployReport> {
  return converse(core => core.deploy(request), host);
}

/**
 * Runs a deployment, or goes on with it where its ledger ends; with an empty ledger it is a fresh run. Resolves to the report. Rejects
 * only with what `write` rejected with, or when the core itself fails.
 */
export function runDeployment(
  request: RunRequest,
  ledger: LedgerEntry[],
  host: RunHost,
): Promise<DeployReport> {
  return converse(core => core.runDeployment(request, ledger), host, host);
}
