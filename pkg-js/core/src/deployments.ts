/** Deployments as durable objects: what the backend plugin asks the core. It stores lives, and decides nothing about them. */
import { call } from './bindings';
import type {
  DeploymentDuration,
  DeploymentEvent,
  DeploymentExpectation,
  DeploymentFacts,
  DeploymentLife,
  DeploymentNotice,
  DeploymentOutline,
  DeploymentReach,
  DeploymentStart,
  DeploymentStep,
  DoorCaller,
  DeploymentRequest,
  FollowingPlan,
  ScheduledRemoval,
  Plan,
} from './generated/shapes';

/** Returns constants that the backend plugin needs. */
export function deploymentFacts(): DeploymentFacts {
  return call(core => core.deploymentFacts());
}

/**
 * Reads a request to start a deployment: its body, and its idempotency key.
 * @throws CoreError with status 400
 */
export function deploymentStart(body: unknown, key?: string): DeploymentStart {
  return call(core => core.deploymentStart(body, key));
}

/**
 * Returns a request as it is stored: with fingerprints in place of the values of environment variables, and of its entity only the
 * annotations that are read. It plans the same calls.
 */
export function storedRequest<Request extends DeploymentRequest>(
  request: Request,
): Request {
  return call(core => core.storedRequest(request));
}

/**
 * Plans a request that takes its version from a former deployment of the entity: a rollback, or a promotion.
 * @param former the deployment as the backend plugin stores it
 */
export function planFollowing(
  request: DeploymentRequest,
  entityRef: string,
  former?: {
    id: string;
    kind: string;
    entityRef: string;
    environment?: string;
    state: string;
    life: DeploymentLife;
    request: unknown;
  },
): FollowingPlan {
  return call(core => core.planFollowing(request, entityRef, former));
}

/**
 * Returns the removal of previous deployed models that follows a planned deployment; `null` where there is none.
 * @param lives of the entity's former deployments in the environment
 */
export function scheduledRemoval(
  request: DeploymentRequest,
  plan: Plan,
  lives: DeploymentLife[],
): ScheduledRemoval | null {
  return call(core => core.scheduledRemoval(request, plan, lives));
}

/**
 * Returns the request of a scheduled removal once the deployment that it follows has succeeded; `null` where nothing is left to remove.
 * @param life of that deployment
 */
export function removalDue<Request extends DeploymentRequest>(
  request: Request,
  life: DeploymentLife,
): Request | null {
  return call(core => core.removalDue(request, life));
}

/**
 * Returns how a caller reaches a deployment: by a permission on its entity, or because the caller started it.
 * @param key the idempotency key that the caller names
 */
export function deploymentReach(
  caller: DoorCaller,
  starter: { actor?: string; key?: string },
  key?: string,
): DeploymentReach {
  return call(core => core.deploymentReach(caller, starter, key));
}

/**
 * Returns a deployment's life after an event, which happened `at` a time (RFC 3339); `null` where the deployment has ended already.
 */
export function deploymentAfter(
  life: DeploymentLife,
  event: DeploymentEvent,
  at: string,
): DeploymentStep | null {
  return call(core => core.deploymentAfter(life, event, at));
}

/** Returns the plan of a stored deployment in outline, and pages of Google's console about it. Nothing is called. */
export function deploymentOutline(deployment: {
  /** What it was asked to do, as it is stored. */
  request: object;
  state: string;
  /** RFC 3339 */
  createdAt: string;
  mandate?: string;
  model?: string;
}): DeploymentOutline {
  return call(core => core.deploymentOutline(deployment));
}

/** Returns what a deployment's starter and the owner of its entity are told at its end; `null` before it. */
export function deploymentNotice(deployment: object): DeploymentNotice | null {
  return call(core => core.deploymentNotice(deployment));
}

/** Returns what deployments must have in common for their durations to be compared. */
export function deploymentKin(plan: Plan): string {
  return call(core => core.deploymentKin(plan));
}

/** Returns how long the stages of a success lasted, and the whole. Times are milliseconds since 1970. */
export function deploymentDurations(
  stages: { stage: string; at: number }[],
  started: number,
  ended: number,
): DeploymentDuration[] {
  return call(core => core.deploymentDurations(stages, started, ended));
}

/** Returns what durations in milliseconds let one expect; `null` where they are too few. */
export function deploymentExpectation(
  millis: number[],
): DeploymentExpectation | null {
  return call(core => core.deploymentExpectation(Float64Array.from(millis)));
}
