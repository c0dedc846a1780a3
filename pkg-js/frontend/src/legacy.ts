import {
  createComponentExtension,
  createPlugin,
} from '@backstage/core-plugin-api';
import { createScaffolderFieldExtension } from '@backstage/plugin-scaffolder-react';
import { AnnotationsField } from './fields/AnnotationsField';
import { validateAnnotations } from './fields/validateAnnotations';

export { isVertexAiAvailable } from './annotations';

/** The plugin, for apps on the legacy frontend system. */
export const vertexAiPlugin = createPlugin({ id: 'vertex-ai' });

/** The form field for a `<ScaffolderFieldExtensions>`: `ui:field: VertexAiAnnotations`. */
export const VertexAiAnnotationsFieldExtension = vertexAiPlugin.provide(
  createScaffolderFieldExtension({
    name: 'VertexAiAnnotations',
    component: AnnotationsField,
    validation: validateAnnotations,
  }),
);

/** The card for an `EntityPage.tsx`: `<EntitySwitch.Case if={isVertexAiAvailable}><EntityVertexAiCard /></…>`. */
export const EntityVertexAiCard = vertexAiPlugin.provide(
  createComponentExtension({
    name: 'EntityVertexAiCard',
    component: {
      lazy: () => import('./components/VertexAiCard').then(m => m.VertexAiCard),
    },
  }),
);

/** The card about rights, for an `EntityPage.tsx`, beside the other. */
export const EntityVertexAiAccessCard = vertexAiPlugin.provide(
  createComponentExtension({
    name: 'EntityVertexAiAccessCard',
    component: {
      lazy: () => import('./components/AccessCard').then(m => m.AccessCard),
    },
  }),
);
