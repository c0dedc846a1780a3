import { createApp } from '@backstage/app-defaults';
import { AppRouter, FlatRoutes } from '@backstage/core-app-api';
import {
  AlertDisplay,
  OAuthRequestDialog,
  SignInPage,
} from '@backstage/core-components';
import { configApiRef, createApiFactory } from '@backstage/core-plugin-api';
import {
  ScmAuth,
  ScmIntegrationsApi,
  scmIntegrationsApiRef,
} from '@backstage/integration-react';
import {
  CatalogEntityPage,
  CatalogIndexPage,
  catalogPlugin,
} from '@backstage/plugin-catalog';
import { ScaffolderPage, scaffolderPlugin } from '@backstage/plugin-scaffolder';
import { ScaffolderFieldExtensions } from '@backstage/plugin-scaffolder-react';
import {
  VertexAiAnnotationsFieldExtension,
  VertexAiDeploymentSummaryFieldExtension,
  VertexAiEnvironmentFieldExtension,
  VertexAiModelVersionFieldExtension,
} from '@backstage-vertex-ai/plugin-vertex-ai/legacy';
import { Navigate, Route } from 'react-router-dom';
import { entityPage } from './EntityPage';

const app = createApp({
  // The scaffolder's pages need these; `create-app` writes them into every legacy app.
  apis: [
    createApiFactory({
      api: scmIntegrationsApiRef,
      deps: { configApi: configApiRef },
      factory: ({ configApi }) => ScmIntegrationsApi.fromConfig(configApi),
    }),
    ScmAuth.createDefaultApiFactory(),
  ],
  components: {
    SignInPage: props => <SignInPage {...props} auto providers={['guest']} />,
  },
  bindRoutes({ bind }) {
    bind(catalogPlugin.externalRoutes, {
      createComponent: scaffolderPlugin.routes.root,
    });
  },
});

export default app.createRoot(
  <>
    <AlertDisplay />
    <OAuthRequestDialog />
    <AppRouter>
      <FlatRoutes>
        <Route path="/" element={<Navigate to="catalog" />} />
        <Route path="/catalog" element={<CatalogIndexPage />} />
        <Route
          path="/catalog/:namespace/:kind/:name"
          element={<CatalogEntityPage />}
        >
          {entityPage}
        </Route>
        <Route path="/create" element={<ScaffolderPage />}>
          <ScaffolderFieldExtensions>
            <VertexAiAnnotationsFieldExtension />
            <VertexAiDeploymentSummaryFieldExtension />
            <VertexAiEnvironmentFieldExtension />
            <VertexAiModelVersionFieldExtension />
          </ScaffolderFieldExtensions>
        </Route>
      </FlatRoutes>
    </AppRouter>
  </>,
);
