import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { DeploymentSummaryField } from './DeploymentSummaryField';

/** The field `ui:field: VertexAiDeploymentSummary` for a parameter of `type: string`. */
export const deploymentSummaryFormField = createFormField({
  name: 'VertexAiDeploymentSummary',
  component: DeploymentSummaryField,
});
