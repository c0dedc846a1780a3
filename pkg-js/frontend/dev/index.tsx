/** An app with the cards and the tab in each of their states and the form field, on mocked data: `npm start`. */

// The rule knows apps by their package's role; this file is an app of its own.
// eslint-disable-next-line @backstage/no-ui-css-imports-in-non-frontend
import '@backstage/ui/css/styles.css';
import { createApp } from '@backstage/frontend-defaults';
import {
  ApiBlueprint,
  createFrontendModule,
  createFrontendPlugin,
  discoveryApiRef,
  fetchApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { mockApis } from '@backstage/frontend-test-utils';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import ReactDOM from 'react-dom/client';
import vertexAiPlugin from '../src';
import { entities, fetchMock } from './google';

const config = mockApis.config({
  data: {
    app: {
      title: 'Vertex AI cards',
      baseUrl: 'http://localhost:3000',
      extensions: [{ 'sign-in-page:app': false }],
    },
    backend: { baseUrl: 'http://portal.example' },
  },
});

// `createDevApp` of @backstage/frontend-dev-utils 0.1.6 would bring second copies of the frontend packages of Backstage 1.55.
const app = createApp({
  advanced: { configLoader: async () => ({ config }) },
  features: [
    catalogPlugin.withOverrides({
      extensions: [
        ApiBlueprint.make({
          params: defineParams =>
            defineParams({
              api: catalogApiRef,
              deps: {},
              factory: () => catalogApiMock({ entities }),
            }),
        }),
      ],
    }),
    vertexAiPlugin,
    createFrontendModule({
      pluginId: 'app',
      extensions: [
        ApiBlueprint.make({
          name: 'fetch',
          params: defineParams =>
            defineParams({
              api: fetchApiRef,
              deps: {},
              factory: () => ({ fetch: fetchMock }),
            }),
        }),
        ApiBlueprint.make({
          name: 'discovery',
          params: defineParams =>
            defineParams({
              api: discoveryApiRef,
              deps: {},
              factory: () => ({
                getBaseUrl: async id => `http://portal.example/api/${id}`,
              }),
            }),
        }),
      ],
    }),
    createFrontendPlugin({
      pluginId: 'vertex-ai-dev',
      title: 'Vertex AI states',
      extensions: [
        PageBlueprint.make({
          params: {
            path: '/',
            title: 'Vertex AI states',
            loader: () => import('./StatesPage').then(m => <m.StatesPage />),
          },
        }),
      ],
    }),
  ],
});

ReactDOM.createRoot(document.getElementById('root')!).render(app.createRoot());
