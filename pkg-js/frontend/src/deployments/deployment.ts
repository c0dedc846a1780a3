import type { DeploymentState } from '@backstage-vertex-ai/core';

export type {
  Deployment,
  DeploymentLog as ContainerLogRead,
  DeploymentPage,
  DeploymentState,
  DeploymentTrace as Trace,
  MandateCall,
} from '@backstage-vertex-ai/core';

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
