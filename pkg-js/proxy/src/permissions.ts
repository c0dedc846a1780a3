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

/** Returns the permission framework's decision: `ALLOW`, `DENY` or `CONDITIONAL`. */
export type DecidePermission = (
  name: string,
  credentials: BackstageCredentials,
) => Promise<string>;

/**
 * Returns the names of those of our permissions that a caller has.
 *
 * @throws CoreError where the caller lacks the `required` one
 */
export type HeldPermissions = (
  credentials: BackstageCredentials,
  required: string,
) => Promise<string[]>;

/** Registers the permissions that the core names, and asks for them. */
export function createPermissionCheck(
  permissions: PermissionsService,
  registry: PermissionsRegistryService,
) {
  const byName = new Map<string, BasicPermission>(
    Gate.facts().permissions.map(({ name, action }) => [
      name,
      createPermission({ name, attributes: { action } }),
    ]),
  );
  registry.addPermissions([...byName.values()]);

  async function ask(names: string[], credentials: BackstageCredentials) {
    const decisions = await permissions.authorize(
      names.map(name => ({ permission: byName.get(name)! })),
      { credentials },
    );
    return decisions.map(({ result }) => result);
  }

  const decide: DecidePermission = async (name, credentials) =>
    (await ask([name], credentials))[0];

  const held: HeldPermissions = async (credentials, required) => {
    const names = [...byName.keys()];
    const decisions = await ask(names, credentials);
    Gate.requirePermission(required, decisions[names.indexOf(required)]);
    return names.filter((_, at) => decisions[at] === AuthorizeResult.ALLOW);
  };

  return {
    decide,
    held,
    /** @throws CoreError where the caller lacks the permission */
    async permit(name: string, credentials: BackstageCredentials) {
      Gate.requirePermission(name, await decide(name, credentials));
    },
  };
}
