export { proxyModuleVertexAi as default, proxyModuleVertexAi } from './module';
