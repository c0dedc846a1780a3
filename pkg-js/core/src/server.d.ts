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

/** How sure a permission is: Google says so, a third party measured it, or it is inferred from its neighbours. */
export type IamConfidence = 'documented' | 'measured' | 'inferred';

export interface IamPermission {
  permission: string;
  confidence: IamConfidence;
  /** The methods that need it, as in Google's discovery documents. */
  neededBy: string[];
  /** What stops working without it. */
  without: string;
}

/** One role for one principal on one resource. */
export interface IamGrant {
  /** Resource, role and member, with spaces between: to be compared, and as `keep` of `iamApply` takes it. */
  name: string;
  /** `service-agent` is Vertex AI itself, which reads files and pulls images on its own account. */
  to: 'caller' | 'service-agent';
  /** As allow policies name it. */
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
  /** Made for exactly these permissions and named after them: it never changes. */
  custom: boolean;
  permissions: IamPermission[];
  /** `taken-back`: policies on this resource take no conditions, so somebody has to take it back. */
  ends: 'by-condition' | 'by-manager' | 'taken-back' | 'never';
  condition?: { title: string; expression: string };
}

/** The least set of rights for one deployment. */
export interface IamRights {
  entityRef: string;
  project: string;
  endpoint: string;
  principal: string;
  /** RFC 3339 */
  expiresAt?: string;
  delivery: 'policy' | 'pam';
  grants: IamGrant[];
}

/** What is dangerous about rights. */
export interface IamDanger {
  weight: 'high' | 'medium';
  /** All of them are needed for it. */
  permissions: string[];
  what: string;
  /** The service account whose rights it takes. */
  through?: string;
  advice: string;
}

export interface IamPlanRequest extends DeploymentRequest {
  /** `user:…`, `group:…`, `serviceAccount:…`, `principal://…` or `principalSet://…` */
  principal: string;
  /** What is there already; what is left out nobody looked for, and then more is asked for. */
  found?: { model?: boolean; endpoint?: boolean; deployment?: boolean };
  /** RFC 3339 in UTC. Without it the rights last until they are taken back. */
  expiresAt?: string;
  /** Left out: `policy`. `pam` needs `expiresAt`, 30 minutes to 7 days from now, and `approvers`. */
  delivery?: 'policy' | 'pam';
  /** Names Vertex AI's service agent; needed only where that has to be given something. */
  projectNumber?: string;
  /** The project of the bucket in `artifact-uri`. Left out: the service agent is given the right to read it. */
  artifactProject?: string;
  /** Principals who may approve a grant of Privileged Access Manager; the asker does not count. */
  approvers?: string[];
  justification?: string;
  /** Further Google methods to be able to call, e.g. `aiplatform.projects.locations.endpoints.predict`. */
  methods?: string[];
  /** Permissions that custom roles do not support, as `queryTestablePermissions` tells. */
  unsupportedPermissions?: string[];
  /** What the service account may do that the model runs as: to tell what its deployer could do by way of it. */
  accountPowers?: { roles?: string[]; permissions?: string[] };
}

export interface IamReport {
  /** Absent when something stands in the way: see `diagnostics`. */
  request?: IamRights;
  /** By file name: `roles/ID.yaml`, `roles/ID.json`, `bindings.json`, `roles.tf`, `main.tf`, `gcloud.sh`, `take-back.sh` where there is something to take back, `request.md`; with `pam` also `pam-entitlement.json`, `pam-grant.json`. */
  renderings: Record<string, string>;
  /** Markdown; the same as `request.md`. */
  explanation: string;
  dangers: IamDanger[];
  diagnostics: Diagnostic[];
}

/** The least rights for a deployment, in every form that they can be asked for in. Nothing is called. */
export function iamPlan(request: IamPlanRequest): IamReport;

export interface IamCompareRequest extends IamPlanRequest {
  /** Allow policies by resource, named as in `IamGrant.resource`; read as version 3, handed on as they came. */
  policies?: Record<string, object>;
  /** What roles hold, e.g. `{ 'roles/aiplatform.viewer': [...] }`. */
  roles?: Record<string, string[]>;
  /** Members that the principal is too: its groups. */
  memberOf?: string[];
  /** What `testIamPermissions` answered, by resource: a hint only. */
  tested?: Record<string, string[]>;
}

/** A right that is not there, as far as is known. */
export interface IamMissing {
  permission: string;
  resource: string;
  /** Google told whoever asked that they hold it: perhaps from a folder, an organisation or a group. */
  hinted: boolean;
  /** The policies that could give it were read, those of folders and organisations aside; or Google told the principal itself. */
  seen: boolean;
  /** RFC 3339: they have it until then, which is long before the end that is asked for. */
  until?: string;
}

export interface IamDifference {
  has: {
    permission: string;
    resource: string;
    /** What gives it, and on which resource. */
    role: string;
    on: string;
    /** RFC 3339, where it ends. */
    until?: string;
  }[];
  missing: IamMissing[];
  tooMuch: {
    resource: string;
    role: string;
    member: string;
    /** As the policy has it. */
    condition?: { title?: string; expression?: string; description?: string };
    /** What it gives and nothing here needs; of a role that was read with more than a thousand others, the first thousand. */
    permissions: string[];
    expired: boolean;
    /** Nothing that is needed comes from it: it can go. False where its condition says anything but a time. */
    removable: boolean;
  }[];
}

export interface IamComparison {
  request?: IamRights;
  difference?: IamDifference;
  /** What is missing only; without grants for the caller where nothing is. */
  remaining?: IamRights;
  /**
   * Of what is missing; `bindings.json` holds whole policies, with their etags, where they were handed in. Where something can go,
   * `drop.sh` takes it back, and `request.md` offers it: nothing is dropped by itself. Empty where there is neither.
   */
  renderings: Record<string, string>;
  diagnostics: Diagnostic[];
}

/** Holds the rights against policies that somebody read. Nothing is called. */
export function iamCompare(request: IamCompareRequest): IamComparison;

export interface IamApplyRequest extends IamPlanRequest {
  /**
   * Left out: `give`, which needs `approval` and `expiresAt`, more than 7 minutes from now: what is given already for as long or longer is not given again.
   * `clean-up` takes back what has ended: what a date ended, and, where policies take no dates, what no date ends; what lasts until a
   * later date stays. What Vertex AI's service agent was given is never taken back.
   */
  mode?: 'give' | 'take-back' | 'clean-up';
  /** Grants that are left as they are: `RESOURCE ROLE MEMBER` each. */
  keep?: string[];
  /**
   * Who gives the rights, and for whom: refused with `iam/own-request` where that is the same person, or is not known, and where
   * `principal` is not whom they are for.
   */
  approval?: {
    /** Entity ref of the user who gives them. */
    by?: string;
    /** Entity refs of the groups that this user is a member of. */
    memberOf?: string[];
    /** The user's e-mail address. */
    email?: string;
    /** Entity ref of the user or group whom they are for. */
    for?: string;
    /** Their e-mail address. */
    forEmail?: string;
  };
  /**
   * Left out: true. After giving, the time that Google may take to heed it (7 minutes) is waited out, and the policies are looked
   * at again meanwhile: where they were overwritten, it fails with `iam/overwritten`. Cancelling then ends the wait, and the rights
   * stay given.
   */
  wait?: boolean;
  /** Refuses what would be refused before the first call, says what would be left to the files, and calls nothing. */
  dryRun?: boolean;
  proxyUrl: string;
  reason?: string;
}

export interface IamApplyReport {
  /** `planned`: a dry run. */
  outcome: 'applied' | 'planned' | 'failed' | 'cancelled';
  request?: IamRights;
  rolesMade: string[];
  /**
   * Each policy that was looked at; `changed` is false where it was as it should be from the start, `overwritten` true where
   * somebody else wrote it since and it gives the rights no longer.
   */
  written: {
    resource: string;
    changed: boolean;
    tries: number;
    overwritten: boolean;
  }[];
  /** Resources on which something is left to the files (`iam/not-applied`). */
  notApplied: string[];
  /** No policy can have been changed: every write, if there was any, was surely refused (see `Gate.mayHaveChangedPolicy`). */
  untouched: boolean;
  /**
   * The time that Google names for a change was waited out, and the policies still give the rights. That they work only their
   * holder can see.
   */
  effective: boolean;
  /** RFC 3339: when that time is over. Google says that it takes longer at times. Absent where nothing was given. */
  effectiveBy?: string;
  diagnostics: Diagnostic[];
}

/**
 * Gives the rights, or takes them back: policies are read, changed and written with their etag, again where somebody else wrote
 * meanwhile. Calls the proxy as the initiator, who needs `vertex-ai.administer` and Google's own rights to do it.
 */
export function iamApply(
  request: IamApplyRequest,
  host: DeployHost,
): Promise<IamApplyReport>;

export interface IamAskRequest extends IamPlanRequest {
  /** Left out: `pam`. Anything else is refused. */
  delivery?: 'policy' | 'pam';
  /** Says what would be asked for, and calls nothing. */
  dryRun?: boolean;
  proxyUrl: string;
  /** Names the try, e.g. `scaffolder task 1b2c`: asking again for the same reason within an hour asks once. */
  reason: string;
}

/** A grant of Privileged Access Manager. */
export interface IamAskedGrant {
  name: string;
  project: string;
  entitlement: string;
  /** Google's own word, as it was when last seen: `APPROVAL_AWAITED` is asked for and not given, `ACTIVE` is given. */
  state: string;
  /** Who asked, as Google knows them. */
  requester?: string;
}

export interface IamAskReport {
  /** `planned`: a dry run. */
  outcome: 'asked' | 'planned' | 'failed' | 'cancelled';
  request?: IamRights;
  /** What was asked for, also where something failed or was cancelled later: it stays asked for. */
  grants: IamAskedGrant[];
  /** Resources on which Privileged Access Manager does not give the rights: they are left to the files. */
  notAsked: string[];
  diagnostics: Diagnostic[];
}

/**
 * Asks Privileged Access Manager for the rights, as the initiator, who needs `vertex-ai.deploy` and to be eligible in the
 * entitlement at Google. Resolves when somebody else has to approve; where nobody has to, when the rights are given, or after some
 * minutes.
 */
export function iamAsk(
  request: IamAskRequest,
  host: DeployHost,
): Promise<IamAskReport>;

export interface IamVerifyRequest extends IamCompareRequest {
  /**
   * Entity ref of whoever calls: what Google says to them counts where `principal` is them, as `principal://…/subject/REF`. Left out:
   * it counts as a hint only.
   */
  hintsFor?: string;
  proxyUrl: string;
  reason?: string;
}

export interface IamVerifyReport {
  request?: IamRights;
  /** About whoever calls, who need not be the principal. */
  tested: { resource: string; held: string[]; lacking: string[] }[];
  policiesRead: string[];
  /** About the principal, by the policies that could be read. */
  difference?: IamDifference;
  /** Of which only what Google said to whoever calls tells, where that counts (`hintsFor`): they are not missing. */
  hinted: IamMissing[];
  remaining?: IamRights;
  /** As in `IamComparison`, with the policies that could be read. */
  renderings: Record<string, string>;
  /**
   * What is dangerous about all of the rights, those that are there too. What the serving account may do is told by the policies
   * that could be read and by `accountPowers`; `iam/account-unknown` says where it is not known.
   */
  dangers: IamDanger[];
  diagnostics: Diagnostic[];
}

/**
 * Looks at what is there: policies where the initiator may read them, and what Google says to the initiator. Reads what the roles
 * of the principal and of the serving account hold, Google's own and the project's, 50 at most; not those of organisations.
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
