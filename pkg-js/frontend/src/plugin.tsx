import {
  createFrontendPlugin,
  type FrontendPlugin,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import { FormFieldBlueprint } from '@backstage/plugin-scaffolder-react/alpha';
import { isVertexAiAvailable } from './annotations';
import { contentRouteRef } from './routes';

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

const entityContent = EntityContentBlueprint.make({
  params: {
    path: '/vertex-ai',
    title: 'Vertex AI',
    group: 'deployment',
    routeRef: contentRouteRef,
    filter: isVertexAiAvailable,
    loader: () =>
      import('./page/VertexAiContent').then(m => <m.VertexAiContent />),
  },
});

const annotationsField = FormFieldBlueprint.make({
  name: 'annotations',
  params: {
    field: () =>
      import('./fields/annotationsFormField').then(m => m.annotationsFormField),
  },
});

const environmentField = FormFieldBlueprint.make({
  name: 'environment',
  params: {
    field: () =>
      import('./fields/environmentFormField').then(m => m.environmentFormField),
  },
});

const modelVersionField = FormFieldBlueprint.make({
  name: 'model-version',
  params: {
    field: () =>
      import('./fields/modelVersionFormField').then(
        m => m.modelVersionFormField,
      ),
  },
});

const deploymentSummaryField = FormFieldBlueprint.make({
  name: 'deployment-summary',
  params: {
    field: () =>
      import('./fields/deploymentSummaryFormField').then(
        m => m.deploymentSummaryFormField,
      ),
  },
});

/**
 * A tab with an entity's deployments on Vertex AI, cards with its status and the user's access to it, and form fields for its annotations, environments and versions.
 *
 * @public
 */
export const vertexAiPlugin: FrontendPlugin = createFrontendPlugin({
  pluginId: 'vertex-ai',
  title: 'Vertex AI',
  info: { packageJson: () => import('../package.json') },
  routes: { entityContent: contentRouteRef },
  extensions: [
    entityCard,
    accessCard,
    entityContent,
    annotationsField,
    environmentField,
    modelVersionField,
    deploymentSummaryField,
  ],
});
