export { vertexAiPlugin as default, vertexAiPlugin } from './plugin';
export { isVertexAiAvailable } from './annotations';
