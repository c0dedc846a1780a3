export { vertexAiPlugin, vertexAiPlugin as default } from './plugin';
