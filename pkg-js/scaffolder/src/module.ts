import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createAnnotationsValidateAction } from './actions/annotationsValidate/annotationsValidate';
import { createDeploymentPlanAction } from './actions/deploymentPlan/deploymentPlan';
import { createModelDeployAction } from './actions/modelDeploy/modelDeploy';
import { loadCore } from './core';

/** Adds the actions `vertex:*` to the scaffolder. */
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
          createAnnotationsValidateAction({ catalog, loadCore }),
          createDeploymentPlanAction({ catalog, loadCore }),
          createModelDeployAction({ auth, catalog, discovery, loadCore }),
        );
      },
    });
  },
});
