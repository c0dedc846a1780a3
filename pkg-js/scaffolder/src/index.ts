export {
  scaffolderModuleVertexAi as default,
  scaffolderModuleVertexAi,
} from './module';
