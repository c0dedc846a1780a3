import { createBackendModule } from '@backstage/backend-plugin-api';

export const proxyModuleVertexAi = createBackendModule({
  pluginId: 'proxy',
  moduleId: 'vertex-ai',
  register(reg) {
    reg.registerInit({ deps: {}, async init() {} });
  },
});
