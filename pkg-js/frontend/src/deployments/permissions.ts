import { createPermission } from '@backstage/plugin-permission-common';
import { usePermission } from '@backstage/plugin-permission-react';
import { DEPLOYMENT_PERMISSIONS, RESOURCE_TYPE } from './permissionNames';

type Action = keyof typeof DEPLOYMENT_PERMISSIONS;

const permission = (what: Action) => {
  const { name, action } = DEPLOYMENT_PERMISSIONS[what];
  return createPermission({
    name,
    attributes: { action },
    resourceType: RESOURCE_TYPE,
  });
};

const START = permission('start');
const CANCEL = permission('cancel');
const LOGS = permission('logs');

/** Of the proxy. */
const ADMINISTER = createPermission({
  name: 'vertex-ai.administer',
  attributes: { action: 'update' },
});

/** Whether the user is an administrator, who may remove what others have left. `false` until it is known. */
export const useMayTakeOver = () =>
  usePermission({ permission: ADMINISTER }).allowed;

/** What Backstage's permissions allow the user to do with the deployments of an entity. `false` until it is known. */
export function useMay(entityRef: string) {
  const start = usePermission({ permission: START, resourceRef: entityRef });
  const cancel = usePermission({ permission: CANCEL, resourceRef: entityRef });
  return { mayStart: start.allowed, mayCancel: cancel.allowed };
}

/** Name of the permission without which the user may not start a deployment of an entity; absent where they may, and until it is known. */
export function useMissingToStart(entityRef: string): string | undefined {
  const start = usePermission({ permission: START, resourceRef: entityRef });
  const isOpen = start.loading || Boolean(start.error);
  return isOpen || start.allowed ? undefined : START.name;
}

/** Whether the user may read container logs of an entity, or the name of the permission that is missing. Neither while it is unknown. */
export function useMayReadLog(entityRef: string): {
  allowed: boolean;
  missing?: string;
  /** Why it cannot be known. */
  error?: Error;
} {
  const { allowed, loading, error } = usePermission({
    permission: LOGS,
    resourceRef: entityRef,
  });
  const isOpen = loading || Boolean(error);
  return { allowed, missing: isOpen || allowed ? undefined : LOGS.name, error };
}
