import { createBackendModule } from '@backstage/backend-plugin-api';

export const proxyModuleVertexAi = createBackendModule({
  pluginId: 'proxy',
  moduleId: 'vertex-ai',
  register() {},
});
