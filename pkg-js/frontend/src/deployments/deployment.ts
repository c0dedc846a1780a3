import type { Diagnostic } from '@backstage-vertex-ai/core';

/** The states of a deployment, as the API of the backend plugin names them. */
export type DeploymentState =
  | 'pending'
  | 'running'
  | 'cancelling'
  | 'removing'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

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
  endpoint?: string;
  model?: string;
  deployedModelId?: string;
  consoleUrl?: string;
  /** Name of Google's operation. */
  operation?: string;
  stage?: { name: string; index?: number; count?: number; since: string };
  cancelRequestedBy?: string;
  /** Titles of what was removed again. */
  undone: string[];
  /** Titles of what could not be removed. */
  notUndone: string[];
  diagnostics: Diagnostic[];
  mandate?: string;
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
