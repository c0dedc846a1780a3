export { scaffolderModuleVertexAi as default, scaffolderModuleVertexAi } from './module';
export { createValidateAnnotationsAction } from './actions/validateAnnotations';
export { createPlanDeploymentAction } from './actions/planDeployment';
export { createDeployModelAction } from './actions/deployModel';
