import {
  type BackendFeature,
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { actionsRegistryServiceRef } from '@backstage/backend-plugin-api/alpha';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { registerValidateAnnotations } from './actions/validateAnnotations';
import { AnnotationProcessor } from './AnnotationProcessor';
import { readOnInvalid, readRules } from './settings';

/**
 * Checks Vertex AI annotations when the catalog processes entities, and in an action for agents and templates.
 *
 * @public
 */
export const catalogModuleVertexAi: BackendFeature = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'vertex-ai',
  register(reg) {
    reg.registerInit({
      deps: {
        actionsRegistry: actionsRegistryServiceRef,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        processing: catalogProcessingExtensionPoint,
      },
      async init({ actionsRegistry, catalog, config, processing }) {
        const rules = readRules(config);
        const onInvalid = readOnInvalid(config);
        processing.addProcessor(new AnnotationProcessor({ onInvalid, rules }));
        registerValidateAnnotations({ actionsRegistry, catalog, rules });
      },
    });
  },
});
