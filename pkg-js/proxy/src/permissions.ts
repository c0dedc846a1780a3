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

/** Gives the names of those of our permissions that a caller has. */
export type HeldPermissions = (
  credentials: BackstageCredentials,
) => Promise<string[]>;

/** The refusal of a caller who has not got a permission. */
export const lacksPermission = (name: string) =>
  Refusal.because(
    403,
    'portal/refused',
    `you lack the Backstage permission \`${name}\``,
    'ask whoever looks after the portal for it',
  );

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

  const ask = async (names: string[], credentials: BackstageCredentials) => {
    const decisions = await permissions.authorize(
      names.map(name => ({ permission: byName.get(name)! })),
      { credentials },
    );
    return names.filter(
      (_, at) => decisions[at].result === AuthorizeResult.ALLOW,
    );
  };

  return {
    /** @throws Refusal where the caller has not got it */
    async permit(name: string, credentials: BackstageCredentials) {
      const held = await ask([name], credentials);
      if (held.length === 0) throw lacksPermission(name);
    },
    held: ((credentials: BackstageCredentials) =>
      ask([...byName.keys()], credentials)) satisfies HeldPermissions,
  };
}
