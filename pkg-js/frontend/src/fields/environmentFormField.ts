import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { EnvironmentField } from './EnvironmentField';
import { validateEnvironment } from './validateEnvironment';

/** The field `ui:field: VertexAiEnvironment` for a parameter of `type: string`. */
export const environmentFormField = createFormField({
  name: 'VertexAiEnvironment',
  component: EnvironmentField,
  validation: validateEnvironment,
});
