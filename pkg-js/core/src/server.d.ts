/** What only a backend does: run a deployment, decide on a proxied call, get a Google token. Node only. */
export * from './index.js';
import type {
  Diagnostic,
  EntityRequest,
  Host,
  RuleSettings,
  StatusRequest,
  Target,
} from './index.js';

/** One call to a Google method. */
export interface PlannedCall {
  /** e.g. `aiplatform.projects.locations.endpoints.deployModel` */
  method: string;
  verb: string;
  /** Below the service's host, e.g. `v1/projects/p/locations/l/endpoints/e:deployModel`. */
  path: string;
  body?: unknown;
  /** The permissions it needs, each on one resource. */
  permissions: { permission: string; resource: string }[];
}

/** A step does nothing when `probe` shows that its work is already there. */
export interface PlannedStep {
  title: string;
  probe?: PlannedCall;
  call?: PlannedCall;
  undo?: PlannedCall;
}

export interface Plan {
  target: Target;
  endpoint: string;
  /**
   * Derived from entity, environment and revision: planning the same deployment again gives the same id. Absent while the
   * model's version is not known (an alias, or none).
   */
  deployedModelId?: string;
  steps: PlannedStep[];
  permissions: { permission: string; resource: string; neededBy: string[] }[];
}

export interface PlanReport {
  plan?: Plan;
  /** The plan in one line, for a log; empty without a plan. */
  summary: string;
  /** The plan in Markdown, for a dry run or a review. */
  explanation: string;
  diagnostics: Diagnostic[];
}

export interface DeploymentRequest extends EntityRequest {
  /** Replaces the version of the `-model` annotation. */
  modelVersion?: string;
}

/** What a deployment would do. Nothing is called. */
export function plan(request: DeploymentRequest): PlanReport;

/** How findings are written out. */
export type Format = 'text' | 'json' | 'sarif' | 'github' | 'markdown';

export interface CheckOptions {
  /** Left out: `text`, like a compiler's. */
  format?: Format;
  /** Colours the text. */
  color?: boolean;
  /** Whether formats for people end with a line that counts. Left out: yes. */
  summary?: boolean;
  /** They count more than the configuration's. */
  rules?: RuleSettings;
  /** An `app-config.yaml`, whose `vertexAi.rules` count; its mistakes are findings. */
  config?: { file: string; bytes: Uint8Array };
  /** What makes the check fail. Left out: `error`. */
  failOn?: 'error' | 'warning' | 'never';
  /** Applies every fix. */
  fix?: boolean;
}

export interface FileReport {
  diagnostics: Diagnostic[];
  /** What can be printed already; formats that are one document print at the end. */
  output: string;
  /** The mended text, where `fix` changed something. Its findings are those that are left. */
  fixed?: string;
  /** How many entities the file holds. */
  entities: number;
}

export interface CheckSummary {
  /** Of no file that was checked: the configuration's, and that nothing holds an entity. */
  diagnostics: Diagnostic[];
  /** The rest of what is to be printed. */
  output: string;
  failed: boolean;
  files: number;
  entities: number;
  errors: number;
  warnings: number;
  /** Findings that have a fix. */
  fixable: number;
  /** Files that `fix` changed. */
  mended: number;
  /** Files for Backstage that cannot be read and need not: without an annotation of ours, or templates. */
  skipped: number;
}

/** Checks whole files, one after the other, in memory that does not grow with their number. */
export class Checker {
  constructor(options?: CheckOptions);
  /** A larger file is refused: of such a one, one byte more than this is enough to say so. */
  static mostBytes(): number;
  /** How many documents a file holds, read and no more: what a check takes at the least. */
  static documents(bytes: Uint8Array): number;
  /** Whether a part of a large file mentions an annotation of ours. */
  static mentionsAnnotation(bytes: Uint8Array): boolean;
  /** Whether the beginning of a large file is one of Backstage's kinds. */
  static isBackstage(bytes: Uint8Array): boolean;
  /**
   * Checks one file; `file` is its name in the output. A file that was `named` (the default) must contain an entity. A file
   * that was found in a folder has no findings unless it mentions an annotation of ours; only the annotations of a template
   * are checked then.
   */
  add(file: string, bytes: Uint8Array, origin?: { named: boolean }): FileReport;
  /** A file or folder that could not be read, and why, e.g. `permission denied`. */
  unreadable(file: string, reason: string): FileReport;
  /** A file whose mended text could not be written, and why. */
  unwritable(file: string, reason: string): FileReport;
  /** Ends the check. That no file holds an entity is a finding too. */
  finish(): CheckSummary;
}

/** What a run says while it goes on. */
export interface Progress {
  kind: 'step' | 'stage' | 'retry' | 'wait' | 'undo' | 'done';
  message: string;
  /** Google's deployment stage, e.g. `CREATING_SERVING_CLUSTER`. */
  stage?: string;
  stageIndex?: number;
  stageCount?: number;
  operation?: string;
}

export interface DeployRequest extends DeploymentRequest {
  /** e.g. `http://localhost:7007/api/proxy/vertex-ai` */
  proxyUrl: string;
  /** Ends up in Google's audit log, e.g. `scaffolder task 1b2c`. */
  reason?: string;
}

export interface DeployHost extends Host {
  onProgress?(progress: Progress): void;
}

export interface DeployReport {
  outcome: 'succeeded' | 'failed' | 'cancelled';
  plan?: Plan;
  outputs?: {
    endpoint: string;
    deployedModelId: string;
    /** Absent when the deployment was already there. */
    operation?: string;
    consoleUrl: string;
    model: string;
  };
  /** What was taken back after a failure, and what could not be, newest first. */
  undone: string[];
  notUndone: string[];
  diagnostics: Diagnostic[];
}

/** Carries a deployment out. Resolves only when Google's operation has ended. Safe to run again: it finds what is already there. */
export function deploy(
  request: DeployRequest,
  host: DeployHost,
): Promise<DeployReport>;

/** Source of a permission: Google's documentation, a measurement by a third party, or inference from similar methods. */
export type IamConfidence = 'documented' | 'measured' | 'inferred';

export interface IamPermission {
  permission: string;
  confidence: IamConfidence;
  /** The Google methods that need it. */
  neededBy: string[];
  /** What stops working without it. */
  without: string;
}

/** One role for one principal on one resource until a date. */
export interface IamGrant {
  /** Resource, role and member, separated by spaces; `keep` of `iamApply` takes it. */
  name: string;
  /** `service-agent` is Vertex AI's own service account, which reads files and pulls images. */
  grantee: 'caller' | 'service-agent';
  /** The principal, as allow policies name it. */
  member: string;
  /** e.g. `projects/p`, `projects/p/locations/l/endpoints/e`, `projects/p/serviceAccounts/s`, `gs://b`. */
  resource: string;
  resourceKind:
    | 'project'
    | 'endpoint'
    | 'service-account'
    | 'bucket'
    | 'repository'
    | 'key';
  role: string;
  /** The role holds exactly these permissions, is named after them, and never changes. */
  custom: boolean;
  permissions: IamPermission[];
  /** `revocation`: the resource supports no conditions, so the portal or a person must revoke the grant. */
  expiry: 'condition' | 'pam' | 'revocation' | 'never';
  condition?: { title: string; expression: string };
}

/** The grants that one principal needs for one deployment. */
export interface IamAccessRequest {
  entityRef: string;
  project: string;
  endpoint: string;
  principal: string;
  /** RFC 3339 */
  expiresAt?: string;
  delivery: 'policy' | 'pam';
  grants: IamGrant[];
}

/** A risk of an access request. */
export interface IamRisk {
  /** `high`: the rights lead to all rights of another principal. */
  level: 'high' | 'medium';
  /** All of them are needed. */
  permissions: string[];
  /** Verb phrase; its subject is the principal. */
  effect: string;
  /** The service account whose rights the principal gains. */
  account?: string;
  mitigation: string;
}

export interface IamPlanRequest extends DeploymentRequest {
  /** `user:…`, `group:…`, `serviceAccount:…`, `principal://…` or `principalSet://…` */
  principal: string;
  /** What exists already. More rights are requested for what is unknown. */
  found?: { model?: boolean; endpoint?: boolean; deployment?: boolean };
  /** RFC 3339 in UTC. Without it the grants do not expire. */
  expiresAt?: string;
  /** Default: `policy`. `pam` requires `approvers` and an `expiresAt` between 30 minutes and 7 days from now. */
  delivery?: 'policy' | 'pam';
  /** The project's number. It names Vertex AI's service agent, and is required if that needs a grant. */
  projectNumber?: string;
  /** The project of the bucket in the `-artifact-uri` annotation. Without it the service agent is granted access to the bucket. */
  artifactProject?: string;
  /** Principals who may approve a grant of Privileged Access Manager, other than `principal`. */
  approvers?: string[];
  justification?: string;
  /** Further Google methods to allow, e.g. `aiplatform.projects.locations.endpoints.predict`. */
  methods?: string[];
  /** Permissions that custom roles do not support, from `queryTestablePermissions`. */
  unsupportedPermissions?: string[];
  /** Rights of the service account that the model runs as. They add to the risks of deploying. */
  accountPowers?: { roles?: string[]; permissions?: string[] };
}

export interface IamReport {
  /** Absent if an error prevents it. */
  request?: IamAccessRequest;
  /**
   * Files by name: `roles/ID.yaml`, `roles/ID.json`, `bindings.json`, `roles.tf`, `main.tf`, `gcloud.sh`, `access-request.md`; with
   * grants that do not expire by themselves `revoke.sh`; with `pam` also `pam-entitlement.json` and `pam-grant.json`.
   */
  renderings: Record<string, string>;
  /** Markdown; the same as `access-request.md`. */
  explanation: string;
  risks: IamRisk[];
  diagnostics: Diagnostic[];
}

/** Returns the least privilege for a deployment, and its files. Nothing is called. */
export function iamPlan(request: IamPlanRequest): IamReport;

export interface IamCompareRequest extends IamPlanRequest {
  /** Allow policies of version 3 by resource, unchanged as Google returned them. */
  policies?: Record<string, object>;
  /** Permissions by role, e.g. `{ 'roles/aiplatform.viewer': [...] }`. */
  roles?: Record<string, string[]>;
  /** The principal's groups, as policies name them. */
  memberOf?: string[];
  /** Answers of `testIamPermissions` by resource: hints only. */
  tested?: Record<string, string[]>;
}

/** A permission that the principal lacks, as far as is known. */
export interface IamMissing {
  permission: string;
  resource: string;
  /** Google reported that the caller holds it: perhaps through a folder, an organisation or a group. */
  hinted: boolean;
  /** The policies that could grant it were read, except those of folders and organisations; or Google reported it to the principal. */
  seen: boolean;
  /** Expiry of a right that the principal still holds, but that expires long before the requested date, RFC 3339. */
  until?: string;
}

export interface IamDifference {
  held: {
    permission: string;
    resource: string;
    /** The role that contains it, and the resource on which that role is granted. */
    role: string;
    on: string;
    /** Expiry, RFC 3339. */
    until?: string;
  }[];
  missing: IamMissing[];
  excess: {
    resource: string;
    role: string;
    member: string;
    /** As the policy has it. */
    condition?: { title?: string; expression?: string; description?: string };
    /** Its permissions that the access request does not need; at most the first thousand. */
    permissions: string[];
    expired: boolean;
    /** No needed permission comes from it alone. False if its condition is more than a date. */
    removable: boolean;
  }[];
}

export interface IamComparison {
  request?: IamAccessRequest;
  difference?: IamDifference;
  /** The missing rights; without grants for the caller if none is missing. */
  remaining?: IamAccessRequest;
  /**
   * Files for the missing rights. `bindings.json` holds whole policies, with their etags, for the policies of the request. With excess
   * permissions `drop.sh` removes them, and `access-request.md` lists them. Empty if there are neither.
   */
  renderings: Record<string, string>;
  diagnostics: Diagnostic[];
}

/** Compares an access request with policies that somebody read. Nothing is called. */
export function iamCompare(request: IamCompareRequest): IamComparison;

export interface IamApplyRequest extends IamPlanRequest {
  /**
   * Default: `grant`, which requires `approval` and an `expiresAt` more than 7 minutes from now. Grants that exist for as long or
   * longer stay as they are.
   *
   * `clean-up` revokes expired grants only. Grants of Vertex AI's service agent are never revoked.
   */
  mode?: 'grant' | 'revoke' | 'clean-up';
  /** Names of grants to leave unchanged. */
  keep?: string[];
  /**
   * Who grants the access, and for whom. Rejected with `iam/own-request` if both are the same person, if either is unknown, or if the
   * access is for somebody else than `principal`.
   */
  approval?: {
    /** Entity ref of the user who grants the access. */
    by?: string;
    /** Entity refs of that user's groups. */
    memberOf?: string[];
    /** That user's e-mail address. */
    email?: string;
    /** Entity ref of the user or group who gets the access. */
    for?: string;
    /** Their e-mail address. */
    forEmail?: string;
  };
  /**
   * Default: true. After granting, waits for Google's propagation time of 7 minutes and checks meanwhile that the policies stay. Fails
   * with `iam/overwritten` if they do not. Cancelling ends the wait and keeps the grants.
   */
  wait?: boolean;
  /** Checks the request, reports what is left to the files, and calls nothing. */
  dryRun?: boolean;
  proxyUrl: string;
  reason?: string;
}

export interface IamApplyReport {
  /** `planned`: a dry run. */
  outcome: 'applied' | 'planned' | 'failed' | 'cancelled';
  request?: IamAccessRequest;
  createdRoles: string[];
  /**
   * Each policy that was read. `changed` is false where the policy already was as it should be; `overwritten` is true where another
   * writer has removed the rights since.
   */
  written: {
    resource: string;
    changed: boolean;
    tries: number;
    overwritten: boolean;
  }[];
  /** Resources with grants that only the files can apply (`iam/not-applied`). */
  notApplied: string[];
  /** No policy can have changed: Google rejected every write. */
  untouched: boolean;
  /** Google's propagation time has passed and the policies still grant the rights. Only the principal can see whether they work. */
  effective: boolean;
  /** End of the propagation time that Google names, RFC 3339. Google says that some changes take longer. Absent if nothing was granted. */
  effectiveBy?: string;
  diagnostics: Diagnostic[];
}

/**
 * Grants or revokes access: policies are read, changed and written back with their etag, and again if another writer came in between.
 * Calls the proxy as the initiator, who needs `vertex-ai.administer` and the right to set these policies at Google.
 */
export function iamApply(
  request: IamApplyRequest,
  host: DeployHost,
): Promise<IamApplyReport>;

export interface IamPamRequest extends IamPlanRequest {
  /** Default: `pam`. Any other value is rejected. */
  delivery?: 'policy' | 'pam';
  /** Reports what would be requested, and calls nothing. */
  dryRun?: boolean;
  proxyUrl: string;
  /** Names the attempt, e.g. `scaffolder task 1b2c`. Within an hour, requests with the same reason create one grant. */
  reason: string;
}

/** A grant of Privileged Access Manager. */
export interface IamPamGrant {
  name: string;
  project: string;
  entitlement: string;
  /** Google's state when the grant was last read: `APPROVAL_AWAITED`, `ACTIVE` … */
  state: string;
  /** The requester, as Google knows them. */
  requester?: string;
}

export interface IamPamReport {
  /** `planned`: a dry run. */
  outcome: 'requested' | 'planned' | 'failed' | 'cancelled';
  request?: IamAccessRequest;
  /** The requested grants. They stay requested after a later failure or cancellation. */
  grants: IamPamGrant[];
  /** Resources on which Privileged Access Manager cannot grant rights; they are left to the files. */
  notRequested: string[];
  diagnostics: Diagnostic[];
}

/**
 * Requests grants of Privileged Access Manager as the initiator, who needs `vertex-ai.deploy` and must be eligible at Google. Resolves
 * when an approver must decide; without approvers when the grants are active, or after some minutes.
 */
export function iamPam(
  request: IamPamRequest,
  host: DeployHost,
): Promise<IamPamReport>;

export interface IamVerifyRequest extends IamCompareRequest {
  /** Entity ref of the caller. If `principal` is this user, as `principal://…/subject/REF`, Google's answers to the caller count. */
  hintsFor?: string;
  proxyUrl: string;
  reason?: string;
}

export interface IamVerifyReport {
  request?: IamAccessRequest;
  /** About the caller, who need not be the principal. */
  tested: { resource: string; held: string[]; lacking: string[] }[];
  policiesRead: string[];
  /** About the principal, by the policies that were read. */
  difference?: IamDifference;
  /** Permissions that only a hint supports, if hints count (`hintsFor`). They are not among the missing ones. */
  hinted: IamMissing[];
  remaining?: IamAccessRequest;
  /** As in `IamComparison`, with the policies that were read. */
  renderings: Record<string, string>;
  /**
   * Risks of all rights, including those that exist. The serving account's rights come from the policies that were read and from
   * `accountPowers`; `iam/account-unknown` reports gaps.
   */
  risks: IamRisk[];
  diagnostics: Diagnostic[];
}

/**
 * Verifies which rights exist: by the policies that the initiator may read, and by what Google reports to the initiator. Reads the
 * roles of the principal and of the serving account, 50 at most, except those of organisations.
 */
export function iamVerify(
  request: IamVerifyRequest,
  host: DeployHost,
): Promise<IamVerifyReport>;

/** What a user may do with the deployment of one entity, and what is missing for it: by what Google answers them, which is a hint. */
export interface AccessReport {
  /** `complete`: nothing is missing for a deployment, as far as the user's own rights go; `unavailable`: nobody could tell. */
  state: 'complete' | 'missing' | 'not-annotated' | 'invalid' | 'unavailable';
  headline: string;
  /** The user, as allow policies name them. */
  principal?: string;
  /** What people do there, deploying first. */
  abilities: {
    title: string;
    /** Null where nobody could tell. */
    able: boolean | null;
    /** Permissions of Google's and of Backstage's. */
    lacking: string[];
  }[];
  /** What a deployment takes at Google and the user does not have, or nobody could see. */
  missing: IamGrant[];
  /** The Backstage permissions that a deployment takes and the user does not have. */
  missingInPortal: string[];
  /** Who can give rights: those whom the configuration names, and those whom the project's policy does, where the user may read it. */
  grantors: {
    /** An entity ref, a member of a policy, or the configuration's own words. */
    name: string;
    kind: 'entity' | 'principal' | 'text';
  }[];
  /** What a form that asks for rights starts with. Absent where the portal impersonates one account for everybody. */
  request?: {
    entityRef: string;
    environment?: string;
    principal: string;
    modelExists: boolean;
    endpointExists: boolean;
  };
  /** RFC 3339 */
  observedAt: string;
  /** RFC 3339: from then on it is old. */
  staleAt: string;
  diagnostics: Diagnostic[];
}

/** The `vertexAi` key of `app-config.yaml`, as it stands there. */
export type VertexAiConfig = unknown;

/** The caller of one proxied call. */
export type DoorCaller =
  | {
      kind: 'user';
      ref: string;
      /** The service that acts for the user. */
      actor?: string;
      /** The verified credentials, e.g. the `authorization` header; other credentials share no remembered permission. */
      credentials?: string;
      /** The user's Backstage permissions, where they were listed just now; the permission framework is not asked then. */
      permissions?: string[];
    }
  | { kind: 'service'; subject: string }
  /** The portal itself; never set from a request. */
  | { kind: 'portal' };

/** A call that arrives at the door. */
export type DoorArrival = DoorCaller & {
  /** A fresh random id for the audit record. */
  id: string;
  verb: string;
  /** The raw request target, undecoded: `/api/proxy/vertex-ai/…`. */
  target: string;
  /** Values of `Gate.headers().request`, in that order. */
  headers: (string | undefined)[];
  /** Whether the host needs the answer whole instead of streamed. */
  whole?: boolean;
};

/** Fields of an event in the audit log. */
export interface AuditFacts {
  auditId: string;
  method: string;
  resource: string;
  user: string;
  reason?: string;
  operation?: string;
}

/** A row of the audit table before a call. */
export interface AuditIntention {
  /** The record's id; Google's audit log has it too, in the request reason. */
  id: string;
  userRef: string;
  /** Ownership refs of the user at this moment. */
  ownership: string[];
  actor?: string;
  method: string;
  resource: string;
  reason: string;
  /** The grant record that the call names. */
  grant?: string;
}

/** The outcome of a call, for its row. */
export interface AuditSettlement {
  id: string;
  /** `unsent`: the call failed before anything was sent. */
  outcome: 'succeeded' | 'failed' | 'unsent';
  status?: number;
  operation?: string;
  error?: string;
}

/** The user who started an operation. */
export interface OperationStarter {
  ref: string;
  ownership: string[];
  /** Milliseconds since the epoch. */
  at: number;
}

/** What the door wants of its host, by the name of the want: the argument and the answer. */
export interface DoorHost {
  /** `ALLOW`, `DENY` or `CONDITIONAL`. */
  permit(want: { permission: string }): Promise<string>;
  /** Ownership refs of the user. */
  groups(want: { within: number }): Promise<string[]>;
  starter(want: { operation: string }): Promise<OperationStarter | undefined>;
  /** The whole body; `undefined` where it exceeds the limit. */
  readBody(want: { limit: number }): Promise<Uint8Array | undefined>;
  announce(want: {
    eventId: string;
    severityLevel: 'low' | 'medium' | 'high' | 'critical';
    meta: AuditFacts;
  }): Promise<void>;
  record(want: AuditIntention): Promise<void>;
  /** Resources of an open grant record of this user, as the gate names them; `undefined` where no such record exists. */
  findGrant(want: {
    id: string;
    givenBy: string;
  }): Promise<string[] | undefined>;
  /** Sends a request and discards an earlier answer. `headers` holds the values of `Gate.headers().answer`, in that order. */
  send(want: {
    verb: string;
    url: string;
    headers: Record<string, string>;
    /** `read`: the bytes of `readBody`. */
    body: 'none' | 'read' | 'stream';
    until: 'end' | 'callerLeaves';
  }): Promise<{ status: number; headers: (string | undefined)[] }>;
  /** The whole answer; `undefined` where it exceeds the limit. */
  readAnswer(want: { limit: number }): Promise<Uint8Array | undefined>;
  settle(want: AuditSettlement): Promise<void>;
  conclude(want: {
    succeeded: boolean;
    meta: AuditFacts;
    error?: string;
  }): Promise<void>;
  log(want: {
    level: 'warn' | 'error';
    message: string;
    meta: { code?: string; auditId?: string; error?: string };
  }): Promise<void>;
  /** Passes Google's answer to the caller. `read`: the bytes of `readAnswer`. */
  reply(want: {
    status: number;
    headers: Record<string, string>;
    body: 'read' | 'stream';
  }): Promise<void>;
}

/** The next want of the door, or the end of the call. */
export type DoorWant =
  | {
      [Name in keyof DoorHost]: { want: Name } & Parameters<DoorHost[Name]>[0];
    }[keyof DoorHost]
  /** Await `Passage.token()`, then tell `undefined`. */
  | { want: 'token' }
  /** Without a refusal the caller has Google's answer, or has left. */
  | { want: 'end'; refusal: RefusalAnswer | null };

/** A refusal as HTTP status and JSON body. */
export interface RefusalAnswer {
  status: number;
  body: {
    error: { name: string; message: string };
    diagnostic: Diagnostic;
  };
}

/** One proxied call. The host fulfils its wants until the end. */
export interface Passage {
  /** Delivers the answer to the open want and returns the next want. The first call answers none. `left`: the caller has left. */
  tell(answer: unknown, left: boolean): DoorWant;
  /** Delivers the error that fulfilling the open want threw. */
  fail(error: unknown, left: boolean): DoorWant;
  token(): Promise<void>;
  /** Releases its memory. */
  free(): void;
}

export interface PublicKey {
  kid: string;
  /** An RFC 7517 JWK; the public half only. */
  jwk: object;
  /** RFC 3339: when no assertion signed with it can be valid any more. */
  expiresAt: string;
}

export interface BrokerHost {
  /** As the global `fetch`; only ever called with Google's STS and IAM credentials URLs. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Makes a new public key known to every replica. Awaited, 30 seconds at most, before anything is signed with it. */
  publishKey(key: PublicKey): Promise<void>;
}

/** The proxy's decisions and credentials. One per process: it holds the signing key and the tokens in its own memory. */
export class Gate {
  /**
   * @param config the `vertexAi` key of the configuration
   * @param defaults `issuer` where the configuration names none
   * @throws CoreError `config/…` with one diagnostic for every mistake
   */
  constructor(
    config: VertexAiConfig,
    defaults: { issuer: string },
    host: BrokerHost,
  );
  readonly issuer: string;
  /** OpenID discovery document of the issuer. */
  discovery(): object;
  /** The Backstage permissions to register: name and action. */
  static permissions(): { name: string; action: 'read' | 'update' }[];
  /** Header names, lower case, that the door reads: of a request, and of Google's answer. */
  static headers(): { request: string[]; answer: string[] };
  /** The answer for an error outside the door; one without diagnostics shows its message only where its class is known. */
  static refusal(error: unknown): RefusalAnswer;
  /**
   * Requires a Backstage permission for a route of the portal's own; `decision` is the permission framework's.
   * @throws CoreError with status 403
   */
  static requirePermission(name: string, decision: string): void;
  /** Starts one proxied call. */
  pass(arrival: DoorArrival): Passage;
  /** Whether a call may have changed an allow policy; `status` is that of Google's answer, where there was one. */
  static mayHaveChangedPolicy(method: string, status?: number): boolean;
  /**
   * Whether rights may be recorded as given: with an end later than Google takes to heed them and within 365 days, neither to the account that all users of the portal
   * are, nor to whoever records them. `owned`: the entity refs that those own, themselves and their groups. `null` when so; `status`
   * is the HTTP status of the refusal.
   */
  checkGiven(
    principal: string,
    expiresAt: string | undefined,
    owned: string[],
  ): { status: number; diagnostic: Diagnostic } | null;
  /** The name of a grant, or of a resource alone, so that it can be compared: on the resource as audit records name it, addresses without case. */
  recordedName(name: string): string;
  /**
   * Reports what a user may do with the deployment of one entity. `host` calls Google as that user.
   * @throws CoreError with status 403 where the user lacks `vertex-ai.read`
   */
  access(
    request: StatusRequest,
    asker: {
      ref: string;
      /** The Backstage permissions that they have. */
      permissions: string[];
    },
    host: Host,
  ): Promise<AccessReport>;
}
