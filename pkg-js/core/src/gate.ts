import { call, callAsync, release } from './bindings';
import { background, converse } from './converse';
import type { BrokerHost } from './converse';
import type {
  AccessReport,
  AuditedCall,
  ClaimFacts,
  Diagnostic,
  Dispute,
  DoorAnswers,
  DoorCall,
  DoorCaller,
  DoorStep,
  DoorWant,
  GateFacts,
  GrantRecord,
  IamPlanRequest,
  ListedGrantRecord,
  MandateFacts,
  MandateStep,
  NewGrantRecord,
  PolicyChanges,
  RefusalAnswer,
  StatusRequest,
} from './generated/shapes';
import { GrantTask } from './grants';
import type { Host } from './host';

export type { BrokerHost } from './converse';

/** The `vertexAi` key of `app-config.yaml`, as it stands there. */
export type VertexAiConfig = unknown;

/** Returns the portal's name in the labels of endpoints: `vertexAi.portal`, or the host of the portal's address. */
export function portalName(config: {
  getOptionalString(key: string): string | undefined;
}): string {
  const address =
    config.getOptionalString('app.baseUrl') ??
    config.getOptionalString('backend.baseUrl') ??
    'http://localhost';
  return config.getOptionalString('vertexAi.portal') ?? new URL(address).host;
}

/** The answer to `GET …/vertex-ai/claims`: the endpoints that an entity claims although they are not its own. */
export interface ClaimsReport {
  disputes: {
    endpoint: string;
    diagnostic: Diagnostic;
    /** Refs of the other entities that claim it and that the caller may read. */
    others: string[];
    /** Number of other entities that claim it and that are hidden from the caller. */
    hidden: number;
  }[];
}

/** A call that arrives at the door, and its caller. */
export type DoorArrival = Omit<DoorCall, 'id' | 'headers'> & DoorCaller;

/** Fulfils the wants of the door by their names. `Passage.token` fulfils `token`. */
export type DoorHost = {
  [Want in Exclude<DoorWant, { want: 'token' }> as Want['want']]: (
    want: Omit<Want, 'want'>,
  ) => Promise<
    Want['want'] extends keyof DoorAnswers ? DoorAnswers[Want['want']] : void
  >;
};

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
  tell(answer: unknown, left: boolean): DoorStep {
    return call(() => this.#passage.tell(answer, left));
  }

  /** Delivers the error that fulfilling the open want threw. */
  fail(error: unknown, left: boolean): DoorStep {
    return call(() => this.#passage.fail(plain(error), left));
  }

  /** Gets the wanted token; the next answer delivers it. */
  async token(): Promise<void> {
    const errand = call(() => this.#passage.token());
    if (errand) background(errand, this.#host);
    await callAsync(() => this.#passage.landed());
  }

  /** Releases its memory. */
  free(): void {
    release(this.#passage);
  }
}

/** The fields of an error that decide its answer. */
function plain(error: unknown) {
  const { name, message, status, diagnostics } = Object(error);
  return { name, message, status, diagnostics };
}

/** The proxy's decisions and credentials. One per process: it holds the signing key and the tokens in its own memory. */
export class Gate {
  readonly #gate: any;
  readonly #host: BrokerHost;
  readonly #headers = Gate.facts().requestHeaders;

  /**
   * @param config the `vertexAi` key of the configuration
   * @param defaults `issuer` where the configuration names none; `portal`, the portal's name in the labels of endpoints
   * @throws CoreError `config/…` with one diagnostic for every mistake
   */
  constructor(
    config: VertexAiConfig,
    defaults: { issuer: string; portal: string },
    host: BrokerHost,
  ) {
    const { issuer, portal } = defaults;
    this.#gate = call(core => new core.Gate(config, issuer, portal));
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
  static policyChanges(calls: AuditedCall[], endsAt?: number): PolicyChanges {
    return call(core => core.Gate.policyChanges(calls, endsAt));
  }

  /** Makes and publishes the first signing key, so that the first exchange does not wait for it. Failures reach the host only. */
  async publishKey(): Promise<void> {
    const errand = call(() => this.#gate.newKey());
    if (errand) await background(errand, this.#host);
  }

  /** Returns the OpenID discovery document of the issuer. */
  discovery(): object {
    return call(() => this.#gate.discovery());
  }

  /** Starts one proxied call, under a fresh id. `header` returns the value of one of its headers. */
  pass(
    arrival: DoorArrival,
    header: (name: string) => string | null | undefined,
  ): Passage {
    const id = crypto.randomUUID();
    const headers = this.#headers.map(header);
    const passage = call(() => this.#gate.pass({ ...arrival, id, headers }));
    return new Passage(passage, this.#host);
  }

  /** Mistakes of the configuration that do not keep the portal from starting. */
  get warnings(): Diagnostic[] {
    return call(() => this.#gate.warnings);
  }

  /**
   * Checks the JSON text of an access request that its user is about to grant, and returns its record. `owned`: entity refs of the user
   * and the user's groups.
   *
   * @throws CoreError `iam/own-request` (403) if the access is for the user; `proxy/body-malformed` (413) if the text is larger than
   * 64 KiB; other codes (400) if it cannot be granted
   */
  grantRecord(request: string, owned: string[]): NewGrantRecord {
    return call(() => this.#gate.grantRecord(request, owned));
  }

  /** Returns the resources that a recorded access request is about, its project included, as audit records name them. */
  grantResources(request: IamPlanRequest): string[] {
    return call(() => this.#gate.grantResources(request));
  }

  /** Days for which a mandate stays after its expiry. */
  get mandateRetention(): number {
    return call(() => this.#gate.mandateRetention);
  }

  /**
   * Checks the JSON text `{deployment, request, hours?}` of a request for a mandate, and returns the mandate to store, or what has to be
   * read first. `groups`: the user's at this moment; `facts`: what was read.
   *
   * @throws CoreError `proxy/caller-not-allowed` (403) unless the plugin `vertex-ai` asks on behalf of a user; `proxy/target-not-allowed`
   * (403) for a project that is not configured; `claim/…` (403, 409) where the entity is not the one of the catalog, or the endpoint is not
   * the entity's; `mandate/user-missing` (403) where the catalog does not have the user; `proxy/body-malformed` (413) if the text is larger
   * than 64 KiB; other codes (400)
   */
  newMandate(
    caller: DoorCaller,
    groups: string[],
    body: string,
    facts: MandateFacts,
  ): MandateStep {
    return call(() => this.#gate.newMandate(caller, groups, body, facts));
  }

  /**
   * Returns the endpoints that an entity claims and that are not its own. Labels decide, so a dispute is certain only once its endpoint was
   * read.
   */
  disputes(facts: ClaimFacts): Dispute[] {
    return call(() => this.#gate.disputes(facts));
  }

  /**
   * Requires that a caller may see a mandate of this user; `user` is absent where no such mandate exists.
   * @throws CoreError `mandate/unknown` (404)
   */
  static checkMandateSight(user: string | undefined, caller: DoorCaller): void {
    call(core => core.Gate.checkMandateSight(user, caller));
  }

  /**
   * Requires that a caller may revoke a mandate of this user, and returns the reason to store. `decision` is the permission framework's
   * about `vertex-ai.administer`; the JSON text `body` may state a reason as `because`.
   * @throws CoreError `mandate/unknown` (404)
   */
  static mandateRevocation(
    user: string | undefined,
    caller: DoorCaller,
    decision: string,
    body: string,
  ): string {
    return call(core =>
      core.Gate.mandateRevocation(user, caller, decision, body),
    );
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
      claims,
    }: {
      ref: string;
      /** The user's Backstage permissions. */
      permissions: string[];
      claims: ClaimFacts;
    },
    host: Host,
  ): Promise<AccessReport> {
    return converse(
      () => this.#gate.access(request, ref, permissions, claims),
      host,
    );
  }
}
