import type {
  BackstageCredentials,
  PermissionsRegistryService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  AuthorizeResult,
  createPermission,
} from '@backstage/plugin-permission-common';
import {
  deploymentFacts,
  deploymentReach,
  type DeploymentFacts,
  Gate,
} from '@backstage-vertex-ai/core/server';
import type { ListedRow } from './deployments/row';
import { readCaller } from './callers';

type Action = keyof DeploymentFacts['permissions'];

/** Asks the permission framework about the deployments of entities. */
export class DeploymentPermissions {
  private readonly byAction;

  constructor(
    private readonly permissions: PermissionsService,
    registry: PermissionsRegistryService,
  ) {
    const { permissions: declared, resourceType } = deploymentFacts();
    const create = ({ name, action }: (typeof declared)[Action]) =>
      createPermission({ name, attributes: { action }, resourceType });
    this.byAction = {
      read: create(declared.read),
      start: create(declared.start),
      cancel: create(declared.cancel),
      logs: create(declared.logs),
    };
    registry.addPermissions(Object.values(this.byAction));
  }

  /** Returns those of some entities that a caller is allowed the action on. */
  async allowed(
    action: Action,
    entityRefs: string[],
    credentials: BackstageCredentials,
  ): Promise<Set<string>> {
    const decisions = await this.permissions.authorize(
      entityRefs.map(resourceRef => ({
        permission: this.byAction[action],
        resourceRef,
      })),
      { credentials },
    );
    return new Set(
      entityRefs.filter(
        (_, at) => decisions[at].result === AuthorizeResult.ALLOW,
      ),
    );
  }

  /** @throws CoreError with status 403 where the caller is not allowed the action on an entity */
  async ensure(
    action: Action,
    entityRef: string,
    credentials: BackstageCredentials,
  ): Promise<void> {
    const allowed = await this.allowed(action, [entityRef], credentials);
    Gate.requirePermission(
      this.byAction[action].name,
      allowed.has(entityRef) ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
    );
  }

  /** @throws CoreError with status 403 where the caller is not an administrator */
  async ensureAdministrator(credentials: BackstageCredentials): Promise<void> {
    // The proxy registers it.
    const { name, action } = Gate.facts().permissions.find(
      known => known.name === 'vertex-ai.administer',
    )!;
    const permission = createPermission({ name, attributes: { action } });
    const [{ result }] = await this.permissions.authorize([{ permission }], {
      credentials,
    });
    Gate.requirePermission(name, result);
  }

  /**
   * Returns those of some deployments that a caller may do something with.
   *
   * @param key the idempotency key that the caller names
   */
  async reachable<Reached extends ListedRow>(
    action: Action,
    rows: Reached[],
    credentials: BackstageCredentials,
    key?: string,
  ): Promise<Set<Reached>> {
    const caller = readCaller(credentials);
    const reach = (row: Reached) =>
      deploymentReach(
        caller,
        {
          actor: row.actor ?? undefined,
          key: row.idempotency_key ?? undefined,
        },
        key,
      );
    const ways = new Map(rows.map(row => [row, reach(row)]));
    const asked = new Set(
      rows
        .filter(row => ways.get(row) === 'permission')
        .map(row => row.entity_ref),
    );
    const allowed =
      asked.size > 0
        ? await this.allowed(action, [...asked], credentials)
        : asked;
    return new Set(
      rows.filter(row =>
        ways.get(row) === 'permission'
          ? allowed.has(row.entity_ref)
          : ways.get(row) === 'own',
      ),
    );
  }
}
