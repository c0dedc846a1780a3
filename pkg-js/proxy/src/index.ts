export { proxyModuleVertexAi as default } from './module';
