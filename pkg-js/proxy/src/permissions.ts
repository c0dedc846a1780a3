import type {
  BackstageCredentials,
  PermissionsRegistryService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  type BasicPermission,
  createPermission,
} from '@backstage/plugin-permission-common';
import { Gate } from '@backstage-vertex-ai/core/server';
import { Refusal } from './refusal';

/** Registers the permissions that the core names, and asks for them. */
export function createPermissionCheck(
  permissions: PermissionsService,
  registry: PermissionsRegistryService,
) {
  const byName = new Map<string, BasicPermission>(
    Gate.permissions().map(({ name, action }) => [
      name,
      createPermission({ name, attributes: { action } }),
    ]),
  );
  registry.addPermissions([...byName.values()]);

  return async (name: string, credentials: BackstageCredentials) => {
    const permission = byName.get(name)!;
    const [decision] = await permissions.authorize([{ permission }], {
      credentials,
    });
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw Refusal.because(
        403,
        'portal/refused',
        `you lack the Backstage permission \`${name}\``,
        'ask whoever looks after the portal for it',
      );
    }
  };
}
