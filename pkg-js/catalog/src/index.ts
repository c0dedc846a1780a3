export {
  catalogModuleVertexAi as default,
  catalogModuleVertexAi,
} from './module';
