import type { DeploymentOutline, Diagnostic } from '@backstage-vertex-ai/core';

/** The states of a deployment, as the API of the backend plugin names them. */
export type DeploymentState =
  | 'scheduled'
  | 'pending'
  | 'running'
  | 'cancelling'
  | 'removing'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/** What former deployments of the same model on the same machine let one expect. */
export interface Expectation {
  /** Half of them were shorter. */
  p50Seconds: number;
  /** One in twenty was longer. */
  p95Seconds: number;
}

/** A deployment, as the API of the backend plugin returns it. Times are RFC 3339. */
export interface Deployment {
  id: string;
  kind: string;
  entityRef: string;
  environment?: string;
  state: DeploymentState;
  /** Entity ref of the user who started it. */
  user: string;
  createdAt: string;
  startedAt?: string;
  endedAt?: string;
  /** Id of the deployment after whose success it runs. */
  follows?: string;
  /** When it runs, where it is scheduled; absent until the deployment that it follows has ended. */
  startsAt?: string;
  endpoint?: string;
  model?: string;
  deployedModelId?: string;
  consoleUrl?: string;
  /** Name of Google's operation. */
  operation?: string;
  stage?: { name: string; index?: number; count?: number; since: string };
  /** Entity ref of a user, or the name of a plugin. */
  cancelRequestedBy?: string;
  /** Share of the endpoint's traffic that it reached, in percent. */
  traffic?: number;
  /** Titles of what it was asked to remove, and has removed. */
  removed?: string[];
  /** Titles of what was removed again. */
  undone: string[];
  /** Titles of what could not be removed. */
  notUndone: string[];
  diagnostics: Diagnostic[];
  mandate?: string;
  /** Of the whole, and of the present stage; where the API read this deployment alone, and knows enough former ones. */
  expected?: { total?: Expectation; stage?: Expectation };
}

/** An audit record of a call that a deployment made. */
export interface AuditedCall {
  /** Stands in Google's audit log as `audit=…`. */
  id: string;
  /** RFC 3339 */
  at: string;
  method: string;
  resource: string;
  outcome: string;
}

/** The plan of a deployment, its audit records, and pages of Google's console about it. */
export interface Trace extends DeploymentOutline {
  /** Absent where the portal's proxy does not respond. */
  calls?: AuditedCall[];
}

/** Part of a list, newest first. */
export interface DeploymentPage {
  items: Deployment[];
  nextCursor?: string;
}

/** One line of a deployment's log. */
export interface LogLine {
  /** Number of the event. */
  id: string;
  at: string;
  state: DeploymentState;
  /** Absent for a change of state. */
  message?: string;
  kind?: string;
}
