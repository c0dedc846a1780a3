import {
  createComponentExtension,
  createPlugin,
} from '@backstage/core-plugin-api';

export { isVertexAiAvailable } from './annotations';

/** The plugin, for apps on the legacy frontend system. */
export const vertexAiPlugin = createPlugin({ id: 'vertex-ai' });

/** The card for an `EntityPage.tsx`: `<EntitySwitch.Case if={isVertexAiAvailable}><EntityVertexAiCard /></…>`. */
export const EntityVertexAiCard = vertexAiPlugin.provide(
  createComponentExtension({
    name: 'EntityVertexAiCard',
    component: {
      lazy: () => import('./components/VertexAiCard').then(m => m.VertexAiCard),
    },
  }),
);
