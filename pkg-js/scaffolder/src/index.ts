export { scaffolderModuleVertexAi as default } from './module';
