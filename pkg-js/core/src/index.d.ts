/**
 * The core of Backstage Vertex AI, in browsers, Node and jest.
 *
 * Findings are data: every function returns its `diagnostics`. What is thrown is a {@link CoreError}, for misuse
 * (not initialised, a request of the wrong shape) and for failed I/O.
 */

/** Loads the core. Node needs no call; browsers await it once. Calling it again, or at the same time, is free. */
export function init(
  source?: URL | string | Response | BufferSource,
): Promise<void>;

/** The version of the compiled core, e.g. `0.1.0`. */
export function version(): string;

export type Severity = 'error' | 'warning' | 'info';

/** A place in a text: byte offset from 0; line and UTF-16 column from 1. */
export interface Position {
  offset: number;
  line: number;
  column: number;
}

/** Where a finding is: a path such as `metadata.annotations["google.com/vertex-ai-endpoint"]`, and a span where text was given. */
export interface Where {
  file?: string;
  path?: string;
  start?: Position;
  end?: Position;
}

/** One replacement: of an annotation's value, or of its key. */
export interface Edit {
  /** The annotation's key as it is now. */
  annotation: string;
  /** Its key from now on; absent: it stays. */
  key?: string;
  /** Its value from now on; absent: it stays. */
  value?: string;
  /** Where a text was given: from where to where in it… */
  start?: Position;
  end?: Position;
  /** …and what to put there, quoted as its place asks for. */
  text?: string;
}

/** A change that makes the finding go away and means what was meant. */
export interface Fix {
  /** As a button says it. */
  title: string;
  edits: Edit[];
}

/** One finding. `code` is stable (`group/kebab-case`); `help` says what to do. */
export interface Diagnostic {
  code: string;
  severity: Severity;
  message: string;
  where?: Where;
  /** Other places that it is about, e.g. "the location is set here". */
  related?: { message: string; where: Where }[];
  fix?: Fix;
  help?: string;
  /** The Google permission that was missing, e.g. `aiplatform.endpoints.deploy`. */
  permission?: string;
  /** The Google resource that a refusal is about, e.g. `projects/p/locations/l/endpoints/e`. */
  resource?: string;
  /** The rule's page in the reference. */
  url?: string;
}

/** What a rule is to be; `vertexAi.rules` in `app-config.yaml`. */
export type RuleLevel = 'off' | 'warning' | 'error';

/** By the rules' codes. */
export type RuleSettings = { [code: string]: RuleLevel };

/** Misuse or failed I/O. `diagnostics` holds the reasons where there are any. */
export class CoreError extends Error {
  readonly name: 'CoreError';
  /** Stable, `group/kebab-case`. */
  readonly code: string;
  readonly diagnostics: Diagnostic[];
  /** The HTTP status that says the same thing, for those who answer a request with it. */
  readonly status: number;
}

/**
 * An entity as its file has it (positions are kept) or as Backstage's catalog hands it out.
 *
 * Texts are read in Node only: in a browser they are refused with `request/malformed`, because the reader of YAML would be a
 * quarter of what every page loads.
 */
export type EntitySource = { text: string; file?: string } | { entity: object };

export interface EntityRequest {
  source: EntitySource;
  /** Reads `google.com/vertex-ai-*.<environment>` before the plain keys. */
  environment?: string;
  /** Levels other than the rules' own. A wrong one is a finding of every report. */
  rules?: RuleSettings;
}

/** What an entity's annotations describe. */
export interface Target {
  entityRef: string;
  environment?: string;
  project: string;
  location: string;
  /** `projects/{project}/locations/{location}/endpoints/{endpoint}` */
  endpoint: string;
  /** `projects/{project}/locations/{location}/models/{model}[@version]` */
  model: string;
  serviceAccount?: string;
  machineType?: string;
  accelerator?: { type: string; count: number };
  replicas?: { min: number; max: number };
  image?: string;
  artifactUri?: string;
  kmsKey?: string;
  /** The endpoint's, where it is created. */
  displayName?: string;
  /** Of what is created: the endpoint, the model. */
  labels?: { [key: string]: string };
  /** Percent of the endpoint's traffic; absent: all of it. */
  traffic?: number;
  /** Of the model that is uploaded, as in Google's `ModelContainerSpec`. */
  container?: {
    env?: { name: string; value: string }[];
    ports?: { containerPort: number }[];
    predictRoute?: string;
    healthRoute?: string;
    healthProbe?: ContainerProbe;
    startupProbe?: ContainerProbe;
    /** e.g. `3600s` */
    deploymentTimeout?: string;
  };
}

/** Google's `Probe`, as far as annotations say it. */
export interface ContainerProbe {
  httpGet: { path: string; port: number };
  periodSeconds?: number;
  timeoutSeconds?: number;
  failureThreshold?: number;
}

/** One annotation of this product, for forms: key, example of a value, meaning. */
export interface AnnotationKey {
  key: string;
  /** The label of its input. */
  title: string;
  /** Whether every deployment needs it. */
  required: boolean;
  example: string;
  meaning: string;
}

/** The annotations there are, in the order of the reference. */
export function annotations(): AnnotationKey[];

export interface ValidateRequest extends EntityRequest {
  /** Whether an entity without annotations misses the required ones. By default it has no findings. */
  required?: boolean;
}

export interface ValidateReport {
  /** Whether there is no error. */
  valid: boolean;
  /** Of the environment that was asked for, where nothing is wrong with it. */
  target?: Target;
  /** Of all environments, in the order of the text. */
  diagnostics: Diagnostic[];
  /** What the entity itself waives, with its reasons. */
  waived: { code: string; reason: string }[];
}

/** Reads and checks the Vertex AI annotations of one entity: the same findings everywhere. */
export function validate(request: ValidateRequest): ValidateReport;

/** The world as the core reaches it. */
export interface Host {
  /** As the global `fetch`. `identity` says with whose Backstage credentials the proxy is to be called. */
  fetch(
    url: string,
    init: RequestInit,
    identity: 'initiator' | 'service',
  ): Promise<Response>;
  signal?: AbortSignal;
}

export interface StatusRequest extends EntityRequest {
  /** e.g. `http://localhost:7007/api/proxy/vertex-ai` (the discovery API's `proxy` base URL + `/vertex-ai`). */
  proxyUrl: string;
}

/** What the card shows. */
export interface StatusReport {
  state:
    | 'serving'
    | 'deploying'
    | 'failed'
    | 'idle'
    | 'absent'
    | 'not-annotated'
    | 'invalid'
    | 'unavailable';
  /** One short sentence, e.g. `Serving version 3`. */
  headline: string;
  target?: Target;
  endpoint?: {
    name: string;
    displayName: string;
    location: string;
    /** Absent where the endpoint is not known to exist. */
    consoleUrl?: string;
  };
  deployedModels: {
    id: string;
    displayName: string;
    model: string;
    version?: string;
    /** Percent. */
    traffic: number;
    replicas: { available?: number; min?: number; max?: number };
    machineType?: string;
    accelerator?: string;
    createTime?: string;
  }[];
  operation?: {
    name: string;
    stage?: string;
    stageIndex?: number;
    stageCount: number;
    startTime?: string;
  };
  /** What `validate` finds in the entity. */
  findings: Diagnostic[];
  /** RFC 3339: when Google said this. */
  observedAt: string;
  /** RFC 3339: from then on the report is to be shown as stale. */
  staleAt: string;
  /** Milliseconds after which asking again makes sense. */
  refreshAfter: number;
  diagnostics: Diagnostic[];
}

/** Asks Google, through the proxy, what serves. Never rejects because of what Google answers: see `state` and `diagnostics`. */
export function status(
  request: StatusRequest,
  host: Host,
): Promise<StatusReport>;
