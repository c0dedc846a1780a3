/** The address of a template's form, with what is known filled in. */
const formPath = (template: string, formData: object) =>
  `/create/templates/default/${template}?formData=${encodeURIComponent(
    JSON.stringify(formData),
  )}`;

/** Where people deploy an entity's model. */
export const deployPath = (entityRef: string) =>
  formPath('deploy-model', { entity: entityRef });

/** Where people ask for rights. */
export const requestAccessPath = (known: object) =>
  formPath('request-access', known);
