import { call, callAsync } from './bindings';
import { background, converse, runErrand } from './converse';
import type {
  AccessReport,
  Diagnostic,
  GrantRecord,
  IamPlanRequest,
  ListedGrantRecord,
  NewGrantRecord,
  StatusRequest,
} from './generated/shapes';
import { GrantTask } from './grants';
import type { Host } from './host';

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
  /** Values of `Gate.facts().requestHeaders`, in that order. */
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
  /** Sends a request and discards an earlier answer. `headers` holds the values of `Gate.facts().answerHeaders`, in that order. */
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
    meta: {
      code?: string;
      auditId?: string;
      method?: string;
      resource?: string;
      user?: string;
      error?: string;
    };
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

/** One proxied call. The host fulfils its wants until the end. */
export class Passage {
  readonly #passage: any;
  readonly #host: BrokerHost;

  /** @internal */
  constructor(passage: unknown, host: BrokerHost) {
    this.#passage = passage;
    this.#host = host;
  }

  /** Delivers the answer to the open want and returns the next want. The first call answers none. `left`: the caller has left. */
  tell(answer: unknown, left: boolean): DoorWant {
    return call(() => this.#passage.tell(answer, left));
  }

  /** Delivers the error that fulfilling the open want threw. */
  fail(error: unknown, left: boolean): DoorWant {
    return call(() => this.#passage.fail(plain(error), left));
  }

  /** Gets the wanted token; the next answer delivers it. */
  async token(): Promise<void> {
    const errand = call(() => this.#passage.token());
    if (errand) background(runErrand(errand, this.#host));
    await callAsync(() => this.#passage.landed());
  }

  /** Releases its memory. */
  free(): void {
    this.#passage.free();
  }
}

/** The fields of an error that decide its answer. */
function plain(error: unknown) {
  const { name, message, status, diagnostics } = Object(error);
  return { name, message, status, diagnostics };
}

/** Constants that the host needs. */
export interface GateFacts {
  /** The Backstage permissions to register. */
  permissions: { name: string; action: 'read' | 'update' }[];
  /** Headers of a request that the door reads, lower case. */
  requestHeaders: string[];
  /** Headers of Google's answer that the door reads, lower case. */
  answerHeaders: string[];
  /** Maximum difference between the clocks of two replicas, in milliseconds. */
  clockSkew: number;
}

/** The proxy's decisions and credentials. One per process: it holds the signing key and the tokens in its own memory. */
export class Gate {
  readonly #gate: any;
  readonly #host: BrokerHost;

  /**
   * @param config the `vertexAi` key of the configuration
   * @param defaults `issuer` where the configuration names none
   * @throws CoreError `config/…` with one diagnostic for every mistake
   */
  constructor(
    config: VertexAiConfig,
    defaults: { issuer: string },
    host: BrokerHost,
  ) {
    this.#gate = call(core => new core.Gate(config, defaults.issuer));
    this.#host = host;
  }

  /** Returns constants that the host needs. */
  static facts(): GateFacts {
    return call(core => core.Gate.facts());
  }

  /** Returns the answer for an error outside the door. An error without diagnostics shows its message only where its class is known. */
  static refusal(error: unknown): RefusalAnswer {
    return call(core => core.Gate.refusal(plain(error)));
  }

  /**
   * Requires a Backstage permission for a route of the portal's own; `decision` is the permission framework's.
   * @throws CoreError with status 403
   */
  static requirePermission(name: string, decision: string): void {
    call(core => core.Gate.requirePermission(name, decision));
  }

  /** Returns the policies that may have changed under a grant record; `endsAt` is the expiry of its grants in milliseconds. */
  static policyChanges(
    records: {
      method: string;
      resource: string;
      status: number | null;
      outcome: string;
      begunAt: number;
    }[],
    endsAt?: number,
  ): { changed: string[]; underWay: boolean } {
    return call(core => core.Gate.policyChanges(records, endsAt));
  }

  /** Returns the OpenID discovery document of the issuer. */
  discovery(): object {
    return call(() => this.#gate.discovery());
  }

  /** Starts one proxied call. */
  pass(arrival: DoorArrival): Passage {
    const passage = call(() => this.#gate.pass(arrival));
    return new Passage(passage, this.#host);
  }

  /** Mistakes of the configuration that do not keep the portal from starting. */
  get warnings(): Diagnostic[] {
    return call(() => this.#gate.warnings);
  }

  /**
   * Checks an access request that its user is about to grant, and returns its record. `owned`: entity refs of the user and the user's
   * groups.
   *
   * @throws CoreError `iam/own-request` (403) if the access is for the user; other codes (400) if it cannot be granted
   */
  grantRecord(request: object, owned: string[]): NewGrantRecord {
    return call(() => this.#gate.grantRecord(request, owned));
  }

  /** Returns the resources that a recorded access request is about, its project included, as audit records name them. */
  grantResources(request: IamPlanRequest): string[] {
    return call(() => this.#gate.grantResources(request));
  }

  /** Returns the clean-up of expired grants. */
  cleanUpGrants(): GrantTask {
    return new GrantTask(call(() => this.#gate.cleanUpGrants()));
  }

  /** Returns the grants of a record, for a list. */
  static listedGrant(record: GrantRecord): ListedGrantRecord {
    return call(core => core.Gate.listedGrant(record));
  }

  /** Returns the withdrawal of a user's own record. */
  static withdrawGrant(id: string, givenBy: string): GrantTask {
    return new GrantTask(call(core => core.Gate.withdrawGrant(id, givenBy)));
  }

  /**
   * Reports a user's rights on the deployment of one entity. `host` calls Google as that user.
   * @throws CoreError with status 403 where the user lacks `vertex-ai.read`
   */
  access(
    request: StatusRequest,
    {
      ref,
      permissions,
    }: {
      ref: string;
      /** The user's Backstage permissions. */
      permissions: string[];
    },
    host: Host,
  ): Promise<AccessReport> {
    return converse(() => this.#gate.access(request, ref, permissions), host);
  }
}
