/**
 * Vertex AI on the entity page: a tab, cards and form fields, for the legacy frontend system.
 *
 * @packageDocumentation
 */

import {
  createComponentExtension,
  createPlugin,
  createRoutableExtension,
  type BackstagePlugin,
} from '@backstage/core-plugin-api';
import {
  createScaffolderFieldExtension,
  type FieldExtensionComponent,
} from '@backstage/plugin-scaffolder-react';
import { AnnotationsField } from './fields/AnnotationsField';
import type { Annotations } from './fields/checkAnnotations';
import { DeploymentSummaryField } from './fields/DeploymentSummaryField';
import { EnvironmentField } from './fields/EnvironmentField';
import type { EnvironmentOptions } from './fields/environments';
import type { FormPlace } from './fields/formPlace';
import { ModelVersionField } from './fields/ModelVersionField';
import { validateAnnotations } from './fields/validateAnnotations';
import { validateEnvironment } from './fields/validateEnvironment';
import { contentRouteRef } from './routes';

export { isVertexAiAvailable } from './annotations';
export type { Annotations } from './fields/checkAnnotations';
export type { EnvironmentOptions } from './fields/environments';
export type { FormPlace } from './fields/formPlace';
export { vertexAiMessages, vertexAiTranslationRef } from './translation';

/**
 * The plugin, for apps on the legacy frontend system.
 *
 * @public
 */
export const vertexAiPlugin: BackstagePlugin = createPlugin({
  id: 'vertex-ai',
  routes: { entityContent: contentRouteRef },
});

/**
 * The form field for a `<ScaffolderFieldExtensions>`: `ui:field: VertexAiAnnotations`.
 *
 * @public
 */
export const VertexAiAnnotationsFieldExtension: FieldExtensionComponent<
  Annotations,
  unknown
> = vertexAiPlugin.provide(
  createScaffolderFieldExtension({
    name: 'VertexAiAnnotations',
    component: AnnotationsField,
    validation: validateAnnotations,
  }),
);

/**
 * The form field `ui:field: VertexAiEnvironment`, for a `<ScaffolderFieldExtensions>`.
 *
 * @public
 */
export const VertexAiEnvironmentFieldExtension: FieldExtensionComponent<
  string,
  EnvironmentOptions
> = vertexAiPlugin.provide(
  createScaffolderFieldExtension({
    name: 'VertexAiEnvironment',
    component: EnvironmentField,
    validation: validateEnvironment,
  }),
);

/**
 * The form field `ui:field: VertexAiModelVersion`, for a `<ScaffolderFieldExtensions>`.
 *
 * @public
 */
export const VertexAiModelVersionFieldExtension: FieldExtensionComponent<
  string,
  FormPlace
> = vertexAiPlugin.provide(
  createScaffolderFieldExtension({
    name: 'VertexAiModelVersion',
    component: ModelVersionField,
  }),
);

/**
 * The form field `ui:field: VertexAiDeploymentSummary`, for a `<ScaffolderFieldExtensions>`.
 *
 * @public
 */
export const VertexAiDeploymentSummaryFieldExtension: FieldExtensionComponent<
  string,
  FormPlace
> = vertexAiPlugin.provide(
  createScaffolderFieldExtension({
    name: 'VertexAiDeploymentSummary',
    component: DeploymentSummaryField,
  }),
);

/**
 * The status card for an `EntityPage.tsx`: `<EntitySwitch.Case if={isVertexAiAvailable}><EntityVertexAiCard /></…>`.
 *
 * @public
 */
export const EntityVertexAiCard: () => JSX.Element = vertexAiPlugin.provide(
  createComponentExtension({
    name: 'EntityVertexAiCard',
    component: {
      lazy: () => import('./components/VertexAiCard').then(m => m.VertexAiCard),
    },
  }),
);

/**
 * The access card for an `EntityPage.tsx`, beside the status card.
 *
 * @public
 */
export const EntityVertexAiAccessCard: () => JSX.Element =
  vertexAiPlugin.provide(
    createComponentExtension({
      name: 'EntityVertexAiAccessCard',
      component: {
        lazy: () => import('./components/AccessCard').then(m => m.AccessCard),
      },
    }),
  );

/**
 * The tab for an `EntityPage.tsx`: `<EntityLayout.Route path="/vertex-ai" title="Vertex AI" if={isVertexAiAvailable}>`.
 *
 * @public
 */
export const EntityVertexAiContent: () => JSX.Element = vertexAiPlugin.provide(
  createRoutableExtension({
    name: 'EntityVertexAiContent',
    component: () =>
      import('./page/VertexAiContent').then(m => m.VertexAiContent),
    mountPoint: contentRouteRef,
  }),
);
