/**
 * The core of Backstage Vertex AI, in browsers, Node and jest.
 *
 * Findings are data: every report has its `diagnostics`. Only misuse and failed I/O throw, always a {@link CoreError}.
 */
import { ANNOTATIONS } from './annotations';
import { call } from './bindings';
import { converse } from './converse';
import type { Host } from './host';
import type {
  AnnotationKey,
  DeploymentsView,
  DeploymentsViewRequest,
  ModelVersionsReport,
  StatusReport,
  StatusRequest,
  ValidateReport,
  ValidateRequest,
} from './generated/shapes';

export { init, type InitSource } from './bindings';
export type { CoreError, DeployHost, Held, Host, RunHost } from './host';
export type * from './generated/shapes';

/** Returns the version of the compiled core, e.g. `0.1.0`. */
export function version(): string {
  return call(core => core.version());
}

/** What a form holds so far that decides which values others offer. */
export interface HeldValues {
  location?: string;
  machineType?: string;
  accelerator?: string;
}

/** An annotation, and the values that its input offers. Other values can be right too. */
export interface OfferedAnnotation extends AnnotationKey {
  choices: string[];
}

/** Returns all annotations, in the order of the reference, with the values that fit what a form holds. */
export function annotations(held: HeldValues = {}): OfferedAnnotation[] {
  const { location = '', machineType = '', accelerator = '' } = held;
  return ANNOTATIONS.map(annotation => ({
    ...annotation,
    choices: call(core =>
      core.choices(annotation.key, location, machineType, accelerator),
    ),
  }));
}

/** Reads and checks the Vertex AI annotations of one entity. Every place that validates reports the same findings. */
export function validate(request: ValidateRequest): ValidateReport {
  return call(core => core.validate(request));
}

/** Reads the status of an entity's endpoint through the proxy. Google's errors are in `state` and `diagnostics`, never a rejection. */
export function status(
  request: StatusRequest,
  host: Host,
): Promise<StatusReport> {
  return converse(core => core.status(request), host);
}

/** Lists the versions of the model that an entity's annotations name, through the proxy. Google's errors are in `diagnostics`. */
export function modelVersions(
  request: StatusRequest,
  host: Host,
): Promise<ModelVersionsReport> {
  return converse(core => core.modelVersions(request), host);
}

/** Returns how a page shows the deployments of an entity, and which actions it offers. Nothing is called. */
export function deploymentsView(
  request: DeploymentsViewRequest,
): DeploymentsView {
  return call(core => core.deploymentsView(request));
}
