import {
  createFrontendPlugin,
  type FrontendPlugin,
} from '@backstage/frontend-plugin-api';
import { EntityCardBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { FormFieldBlueprint } from '@backstage/plugin-scaffolder-react/alpha';
import { isVertexAiAvailable } from './annotations';

const entityCard = EntityCardBlueprint.make({
  name: 'serving',
  params: {
    filter: isVertexAiAvailable,
    loader: () =>
      import('./components/VertexAiCard').then(m => <m.VertexAiCard />),
  },
});

const accessCard = EntityCardBlueprint.make({
  name: 'access',
  params: {
    filter: isVertexAiAvailable,
    loader: () => import('./components/AccessCard').then(m => <m.AccessCard />),
  },
});

const annotationsField = FormFieldBlueprint.make({
  name: 'annotations',
  params: {
    field: () =>
      import('./fields/annotationsFormField').then(m => m.annotationsFormField),
  },
});

/**
 * Cards with an entity's status on Vertex AI and the user's access to it, and a form field for its annotations.
 *
 * @public
 */
export const vertexAiPlugin: FrontendPlugin = createFrontendPlugin({
  pluginId: 'vertex-ai',
  title: 'Vertex AI',
  info: { packageJson: () => import('../package.json') },
  extensions: [entityCard, accessCard, annotationsField],
});
