/**
 * A catalog backend module that checks Vertex AI annotations.
 *
 * @packageDocumentation
 */

export {
  catalogModuleVertexAi as default,
  catalogModuleVertexAi,
} from './module';
