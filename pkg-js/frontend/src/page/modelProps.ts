import type { DeployedModel } from '../components/DeployedModels';

/** A deployed model of an entity, which a dialog changes. */
export interface ModelProps {
  model: DeployedModel;
  entityRef: string;
  /** Absent for the plain annotations. */
  environment?: string;
  endpoint: string;
}
