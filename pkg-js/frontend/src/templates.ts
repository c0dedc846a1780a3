/** Path of a template's form, with values filled in. */
const formPath = (template: string, formData: object) =>
  `/create/templates/default/${template}?formData=${encodeURIComponent(
    JSON.stringify(formData),
  )}`;

/** Path of the form that deploys an entity's model. */
export const deployPath = (entityRef: string, environment?: string) =>
  formPath('deploy-model', { entity: entityRef, environment });

/** Path of the form that requests access. */
export const requestAccessPath = (request: object) =>
  formPath('request-access', request);
