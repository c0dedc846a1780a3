import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createDeployModelAction } from './actions/deployModel';
import { createPlanDeploymentAction } from './actions/planDeployment';
import { createValidateAnnotationsAction } from './actions/validateAnnotations';

/** Adds the `vertex:*` actions to the scaffolder. */
export const scaffolderModuleVertexAi = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'vertex-ai',
  register(reg) {
    reg.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        discovery: coreServices.discovery,
      },
      async init({ actions, auth, catalog, discovery }) {
        actions.addActions(
          createValidateAnnotationsAction({ catalog }),
          createPlanDeploymentAction({ catalog }),
          createDeployModelAction({ auth, catalog, discovery }),
        );
      },
    });
  },
});
