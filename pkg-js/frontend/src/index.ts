/**
 * Vertex AI on the entity page: a tab, cards and form fields, for the new frontend system.
 *
 * @packageDocumentation
 */

export { vertexAiPlugin as default, vertexAiPlugin } from './plugin';
export { isVertexAiAvailable } from './annotations';
export { vertexAiMessages, vertexAiTranslationRef } from './translation';
