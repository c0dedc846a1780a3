import { createFormField } from '@backstage/plugin-scaffolder-react/alpha';
import { AnnotationsField } from './AnnotationsField';
import { validateAnnotations } from './validateAnnotations';

/** `ui:field: VertexAiAnnotations` in a template's parameters, of `type: object`. */
export const annotationsFormField = createFormField({
  name: 'VertexAiAnnotations',
  component: AnnotationsField,
  validation: validateAnnotations,
});
