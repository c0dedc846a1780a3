import type {
  IamAccessRequest,
  IamPlanRequest,
  IamReport,
  RuleSettings,
} from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Core } from './core';
import {
  deploymentInputHelp,
  readDeploymentRequest,
  type DeploymentInput,
} from './deploymentRequest';
import type { SourceContext } from './entitySource';
import { describeFindings, logFindings } from './findings';

/** What the actions about rights are given. */
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

/** What each of it means, for the actions' schemas. */
export const accessInputHelp = {
  ...deploymentInputHelp,
  principal:
    'Who is to have the rights: user:ADDRESS, group:ADDRESS, serviceAccount:ADDRESS, principal://… or principalSet://…',
  expiresAt:
    'When the rights end: RFC 3339 in UTC, e.g. 2026-12-01T18:00:00Z. Give this or days.',
  days: 'In how many days the rights end, from the moment of this step. Give this or expiresAt.',
  delivery:
    'How the rights are to be given: policy (left out), or pam for a grant of Privileged Access Manager, 30 minutes to 7 days long, which names approvers',
  approvers:
    'Principals who may approve a grant of Privileged Access Manager; who asks does not count',
  justification: 'What the rights are wanted for',
  found:
    'What is there already: the model, the endpoint, the deployment. What is left out nobody looked for, and then more is asked for.',
  projectNumber:
    "The project's number: names Vertex AI's service agent, needed only where that has to be given something",
  artifactProject: "The project of the bucket that holds the model's files",
  methods:
    'Further Google methods to be able to call, e.g. aiplatform.projects.locations.endpoints.predict',
  unsupportedPermissions:
    'Permissions that custom roles of the project do not support, as iam.permissions.queryTestablePermissions tells: where one of them is needed, no role is planned that Google would refuse',
  accountPowers:
    'What the service account may do that the model runs as, e.g. roles: [roles/editor]: to tell what whoever may deploy could do by way of it. vertex:iam:verify sees it in the policies that it reads.',
};

const MILLIS_OF_A_DAY = 24 * 60 * 60 * 1000;
/** The schema says so too; it is not read where an action is called by hand. */
const MOST_DAYS = 365;

/** @throws InputError where both are given, or the days are no number of days */
function readEnd({ expiresAt, days }: AccessInput): string | undefined {
  if (days === undefined) return expiresAt;
  if (expiresAt) {
    throw new InputError('Give days or expiresAt, not both');
  }
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS) {
    throw new InputError(`days is a whole number from 1 to ${MOST_DAYS}`);
  }
  return new Date(Date.now() + days * MILLIS_OF_A_DAY).toISOString();
}

/** The core's request for an action's input. */
export async function readAccessRequest(
  ctx: SourceContext<AccessInput>,
  options: { catalog: CatalogService; rules?: RuleSettings },
): Promise<IamPlanRequest> {
  const { input } = ctx;
  return {
    ...(await readDeploymentRequest(ctx, options)),
    principal: input.principal,
    expiresAt: readEnd(input),
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
 * Computes the rights, and shows the request in the task's log.
 *
 * @throws InputError with all findings where there can be no request
 */
export function planAccessAndLog(
  core: Pick<Core, 'iamPlan'>,
  request: IamPlanRequest,
  logger: LoggerService,
): Required<IamReport> {
  const report = core.iamPlan(request);
  logFindings(logger, report.diagnostics);
  if (!report.request) {
    throw new InputError(
      `The rights cannot be asked for:\n${describeFindings(
        report.diagnostics,
      )}`,
    );
  }
  logger.info(report.explanation);
  return { ...report, request: report.request };
}

/** The names of the permissions that the principal is to be given, each once. */
export function permissionsOf({ grants }: IamAccessRequest): string[] {
  const names = grants
    .filter(({ grantee }) => grantee === 'caller')
    .flatMap(({ permissions }) => permissions)
    .map(({ permission }) => permission);
  return [...new Set(names)].sort();
}
