/** The core for backends: all of it, Node only. */
import { call } from './bindings';
import { converse } from './converse';
import type { VertexAiConfig } from './gate';
import type { DeployHost } from './host';
import type {
  CatalogConfig,
  IamApplyReport,
  IamApplyRequest,
  IamCompareRequest,
  IamComparison,
  IamPamReport,
  IamPamRequest,
  IamPlanRequest,
  IamReport,
  IamVerifyReport,
  IamVerifyRequest,
} from './generated/shapes';

export * from './index';
export * from './checker';
export * from './deployment';
export * from './deployments';
export * from './gate';
export * from './grants';
export * from './preflight';

/**
 * Reads the catalog module's part of the configuration.
 *
 * @throws CoreError `config/…` with one diagnostic for every mistake in `rules` and `catalog`, and for every unknown key
 */
export function catalogConfig(config: VertexAiConfig): CatalogConfig {
  return call(core => core.catalogConfig(config));
}

/** Returns the least privilege for a deployment, and its files. Nothing is called. */
export function iamPlan(request: IamPlanRequest): IamReport {
  return call(core => core.iamPlan(request));
}

/** Compares an access request with policies that somebody read. Nothing is called. */
export function iamCompare(request: IamCompareRequest): IamComparison {
  return call(core => core.iamCompare(request));
}

/**
 * Grants or revokes access: policies are read, changed and written back with their etag, and again if another writer came in between.
 * Calls the proxy as the initiator, who needs `vertex-ai.administer` and the right to set these policies at Google.
 */
export function iamApply(
  request: IamApplyRequest,
  host: DeployHost,
): Promise<IamApplyReport> {
  return converse(core => core.iamApply(request), host);
}

/**
 * Requests grants of Privileged Access Manager as the initiator, who needs `vertex-ai.deploy` and must be eligible at Google. Resolves
 * when an approver must decide; without approvers when the grants are active, or after some minutes.
 */
export function iamPam(
  request: IamPamRequest,
  host: DeployHost,
): Promise<IamPamReport> {
  return converse(core => core.iamPam(request), host);
}

/**
 * Verifies which rights exist: by the policies that the initiator may read, and by what Google reports to the initiator. Reads the
 * roles of the principal and of the serving account, 50 at most, except those of organisations.
 */
export function iamVerify(
  request: IamVerifyRequest,
  host: DeployHost,
): Promise<IamVerifyReport> {
  return converse(core => core.iamVerify(request), host);
}
