// Generated from the core by `UPDATE_DOCS=1 cargo test --test reference`. Do not edit.

/** The permissions about the deployments of an entity. */
export const DEPLOYMENT_PERMISSIONS = {
  read: { name: 'vertex-ai.deployment.read', action: 'read' },
  start: { name: 'vertex-ai.deployment.start', action: 'update' },
  cancel: { name: 'vertex-ai.deployment.cancel', action: 'update' },
  logs: { name: 'vertex-ai.logs', action: 'read' },
} as const;

/** The type of their resource. */
export const RESOURCE_TYPE = 'catalog-entity';
