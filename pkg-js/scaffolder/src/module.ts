import {
  type BackendFeature,
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import type { RuleSettings } from '@backstage-vertex-ai/core';
import { catalogServiceRef } from '@backstage/plugin-catalog-node';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createAnnotationsValidateAction } from './actions/annotationsValidate/annotationsValidate';
import { createDeploymentChangeAction } from './actions/deploymentChange/deploymentChange';
import { createDeploymentPlanAction } from './actions/deploymentPlan/deploymentPlan';
import { createIamPlanAction } from './actions/iamPlan/iamPlan';
import { createIamRequestAction } from './actions/iamRequest/iamRequest';
import { createIamVerifyAction } from './actions/iamVerify/iamVerify';
import { createModelDeployAction } from './actions/modelDeploy/modelDeploy';
import { createPreflightAction } from './actions/preflight/preflight';
import { loadCore } from './core';
import { withoutStack } from './taskError';

/**
 * Adds the actions `vertex:*` to the scaffolder.
 *
 * @public
 */
export const scaffolderModuleVertexAi: BackendFeature = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'vertex-ai',
  register(reg) {
    reg.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
      },
      async init({ actions, auth, catalog, config, discovery }) {
        // Every action reports wrong settings.
        const rules = config.getOptional<RuleSettings>('vertexAi.rules');
        const options = { auth, catalog, discovery, loadCore, rules };
        const all = [
          createAnnotationsValidateAction(options),
          createDeploymentPlanAction(options),
          createModelDeployAction(options, 'vertex:deployment:start'),
          createDeploymentChangeAction('undeploy', options),
          createDeploymentChangeAction('traffic', options),
          createDeploymentChangeAction('scale', options),
          createDeploymentChangeAction('rollback', options),
          createDeploymentChangeAction('promote', options),
          createIamPlanAction(options),
          createIamRequestAction(options),
          createIamVerifyAction(options),
          createModelDeployAction(options),
          createPreflightAction(options),
        ];
        actions.addActions(
          ...all.map(action => ({
            ...action,
            handler: withoutStack(action.handler),
          })),
        );
      },
    });
  },
});
