import { createPermission } from '@backstage/plugin-permission-common';
import { usePermission } from '@backstage/plugin-permission-react';

const permission = (name: string) =>
  createPermission({
    name,
    attributes: { action: 'update' },
    resourceType: 'catalog-entity',
  });

const START = permission('vertex-ai.deployment.start');
const CANCEL = permission('vertex-ai.deployment.cancel');

/** What Backstage's permissions allow the user to do with the deployments of an entity. `false` until it is known. */
export function useMay(entityRef: string) {
  const start = usePermission({ permission: START, resourceRef: entityRef });
  const cancel = usePermission({ permission: CANCEL, resourceRef: entityRef });
  return { mayStart: start.allowed, mayCancel: cancel.allowed };
}
