import type {
  IamPlanRequest,
  IamReport,
  RuleSettings,
} from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Core } from './core';
import {
  deploymentInputHelp,
  readDeploymentRequest,
  type DeploymentInput,
} from './deploymentRequest';
import type { SourceContext } from './entitySource';
import { describeFindings, logFindings } from './findings';
import { TaskError } from './taskError';

/** Input of the actions about access. */
export type AccessInput = DeploymentInput & {
  principal: string;
  expiresAt?: string;
  days?: number;
  delivery?: 'policy' | 'pam';
  approvers?: string[];
  justification?: string;
  found?: { model?: boolean; endpoint?: boolean; deployment?: boolean };
  projectNumber?: string;
  artifactProject?: string;
  methods?: string[];
  unsupportedPermissions?: string[];
  accountPowers?: { roles?: string[]; permissions?: string[] };
};

/** Descriptions for the actions' schemas. */
export const accessInputHelp = {
  ...deploymentInputHelp,
  principal:
    'The principal that receives the access: user:ADDRESS, group:ADDRESS, serviceAccount:ADDRESS, principal://… or principalSet://…',
  expiresAt:
    'The expiry: RFC 3339 in UTC, e.g. 2026-12-01T18:00:00Z. Excludes days.',
  days: 'Days until the expiry, counted from this step, 1 to 365. Excludes expiresAt.',
  delivery:
    'policy (default), or pam for a grant of Privileged Access Manager, which lasts 30 minutes to 7 days and names approvers',
  approvers:
    'Principals who may approve a grant of Privileged Access Manager; the requester does not count',
  justification: 'The reason for the request',
  found:
    'Whether the model, the endpoint and the deployment exist. An unknown one counts as missing, so more permissions are requested.',
  projectNumber:
    "The project's number, which names Vertex AI's service agent; required only when the agent needs a grant",
  artifactProject: "The project of the bucket with the model's files",
  methods:
    'Further Google methods to allow, e.g. aiplatform.projects.locations.endpoints.predict',
  unsupportedPermissions:
    'Permissions that custom roles of the project do not support, from iam.permissions.queryTestablePermissions. A request that needs one is rejected before Google rejects its role.',
  accountPowers:
    'Rights of the service account that the model runs as, e.g. roles: [roles/editor]. They add to the risks. vertex:iam:verify reads them from the policies.',
};

/** Builds the core's request from an action's input. */
export async function readAccessRequest(
  ctx: SourceContext<AccessInput>,
  options: { catalog: CatalogService; rules?: RuleSettings },
): Promise<IamPlanRequest> {
  const { input } = ctx;
  return {
    ...(await readDeploymentRequest(ctx, options)),
    principal: input.principal,
    expiresAt: input.expiresAt,
    days: input.days,
    delivery: input.delivery,
    approvers: input.approvers,
    justification: input.justification,
    found: input.found,
    projectNumber: input.projectNumber,
    artifactProject: input.artifactProject,
    methods: input.methods,
    unsupportedPermissions: input.unsupportedPermissions,
    accountPowers: input.accountPowers,
  };
}

/**
 * Plans an access request and logs it.
 *
 * @throws TaskError with all findings when no access request is possible
 */
export function planAccessAndLog(
  core: Pick<Core, 'iamPlan'>,
  request: IamPlanRequest,
  logger: LoggerService,
): Required<IamReport> {
  const report = core.iamPlan(request);
  logFindings(logger, report.diagnostics);
  if (!report.request) {
    throw TaskError.input(
      'No access request is possible',
      describeFindings(report.diagnostics),
    );
  }
  logger.info(report.summary);
  return { ...report, request: report.request };
}
