import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { ModelVersionField } from './ModelVersionField';

/** The field `ui:field: VertexAiModelVersion` for a parameter of `type: string`. */
export const modelVersionFormField = createFormField({
  name: 'VertexAiModelVersion',
  component: ModelVersionField,
});
