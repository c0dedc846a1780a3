import type { IamApplyRequest } from '@backstage-vertex-ai/core/server';
import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import {
  parseEntityRef,
  RELATION_CHILD_OF,
  RELATION_MEMBER_OF,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import { readInitiator } from './initiator';
import { TaskError } from './taskError';

const targets = (entity: Entity, type: string) =>
  (entity.relations ?? [])
    .filter(relation => relation.type === type)
    .map(({ targetRef }) => targetRef);

const emailOf = ({ spec }: Entity) =>
  (spec?.profile as { email?: string } | undefined)?.email;

/**
 * Returns the groups of a user: direct and indirect ones.
 *
 * @throws TaskError when a group is not visible, because its parents would be missing
 */
async function groupsOf(
  user: Entity,
  catalog: CatalogService,
  credentials: BackstageCredentials,
): Promise<string[]> {
  const groups = new Set<string>();
  let level = targets(user, RELATION_MEMBER_OF);
  while (level.length > 0) {
    level.forEach(ref => groups.add(ref));
    const entityRefs = level;
    const { items } = await catalog.getEntitiesByRefs(
      { entityRefs },
      { credentials },
    );
    level = entityRefs
      .flatMap((ref, index) => {
        const group = items[index];
        if (group) return targets(group, RELATION_CHILD_OF);
        throw TaskError.notFound(
          `The group ${ref}, which you belong to, is missing in the catalog or hidden from you. Its parents are unknown, so the access may be for yourself (iam/own-request)`,
          [
            'correct the group in the catalog, or let another administrator grant the access',
          ],
        );
      })
      .filter(ref => !groups.has(ref));
  }
  return [...groups];
}

/**
 * Reads from the catalog who grants the access and for whom. The core decides whether the one may grant it to the other.
 *
 * @throws TaskError when either is unknown
 */
export async function readApproval(
  ctx: Pick<ActionContext<{}>, 'user' | 'getInitiatorCredentials'>,
  beneficiary: string | undefined,
  { auth, catalog }: { auth: AuthService; catalog: CatalogService },
): Promise<IamApplyRequest['approval']> {
  if (!beneficiary) {
    throw TaskError.input(
      '`deliver: apply` requires `for`: the user or group of the catalog that receives the access',
    );
  }
  const { ref: by, doubt } = await readInitiator(ctx, auth);
  if (!by) {
    throw TaskError.notAllowed(
      `${doubt}. One known user grants access: start a new task (iam/own-request)`,
    );
  }
  const credentials = await ctx.getInitiatorCredentials();
  const find = async (ref: string) => {
    const entity = await catalog.getEntityByRef(ref, { credentials });
    if (!entity) {
      throw TaskError.notFound(
        `${ref} is missing in the catalog or hidden from you`,
      );
    }
    return entity;
  };
  const whom = stringifyEntityRef(
    parseEntityRef(beneficiary, { defaultNamespace: 'default' }),
  );
  const beneficiaryEntity = await find(whom);
  // Read now: the task remembers its user as of its start.
  const user = await find(by);
  return {
    by,
    memberOf: await groupsOf(user, catalog, credentials),
    email: emailOf(user),
    for: whom,
    forEmail: emailOf(beneficiaryEntity),
  };
}
