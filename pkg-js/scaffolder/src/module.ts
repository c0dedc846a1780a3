import { createBackendModule } from '@backstage/backend-plugin-api';

export const scaffolderModuleVertexAi = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'vertex-ai',
  register(reg) {
    reg.registerInit({ deps: {}, async init() {} });
  },
});
