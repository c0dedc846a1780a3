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
import { readSettings } from './settings';

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
        const settings = readSettings(config);
        processing.addProcessor(new AnnotationProcessor(settings));
        const { rules } = settings;
        registerValidateAnnotations({ actionsRegistry, catalog, rules });
      },
    });
  },
});
