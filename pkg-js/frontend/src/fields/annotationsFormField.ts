import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { AnnotationsField } from './AnnotationsField';
import { validateAnnotations } from './validateAnnotations';

/** The field `ui:field: VertexAiAnnotations` for a parameter of `type: object`. */
export const annotationsFormField = createFormField({
  name: 'VertexAiAnnotations',
  component: AnnotationsField,
  validation: validateAnnotations,
});
