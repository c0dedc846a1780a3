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
import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import { readInitiator } from './initiator';

const targets = (entity: Entity, type: string) =>
  (entity.relations ?? [])
    .filter(relation => relation.type === type)
    .map(({ targetRef }) => targetRef);

const emailOf = ({ spec }: Entity) =>
  (spec?.profile as { email?: string } | undefined)?.email;

/**
 * The groups that a user is in: their own, and those above them.
 *
 * @throws NotFoundError where one cannot be seen: the groups above it, which are theirs too, would be missing
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
        throw new NotFoundError(
          `The catalog has no ${ref}, which you belong to, or you may not see it. Which groups are above it is not known then, nor whether the rights would be your own: have the catalog mended, or have somebody else give them (iam/own-request)`,
        );
      })
      .filter(ref => !groups.has(ref));
  }
  return [...groups];
}

/**
 * Who started the task, and for whom the rights are, as the catalog has both: the core decides whether the one may give rights
 * to the other.
 *
 * @throws InputError, NotAllowedError or NotFoundError where either is not known
 */
export async function readApproval(
  ctx: Pick<ActionContext<{}>, 'user' | 'getInitiatorCredentials'>,
  beneficiary: string | undefined,
  { auth, catalog }: { auth: AuthService; catalog: CatalogService },
): Promise<IamApplyRequest['approval']> {
  if (!beneficiary) {
    throw new InputError(
      'With deliver: apply, say in `for` which user or group of the catalog the rights are for',
    );
  }
  const { ref: by, doubt } = await readInitiator(ctx, auth);
  if (!by) {
    throw new NotAllowedError(
      `${doubt}. Rights are given by one user, who is known: start a new task (iam/own-request)`,
    );
  }
  const credentials = await ctx.getInitiatorCredentials();
  const find = async (ref: string) => {
    const entity = await catalog.getEntityByRef(ref, { credentials });
    if (!entity) {
      throw new NotFoundError(
        `The catalog has no ${ref}, or you may not see it`,
      );
    }
    return entity;
  };
  const whom = stringifyEntityRef(
    parseEntityRef(beneficiary, { defaultNamespace: 'default' }),
  );
  const beneficiaryEntity = await find(whom);
  // Looked up now: the task remembers its user as they were when it was started.
  const user = await find(by);
  return {
    by,
    memberOf: await groupsOf(user, catalog, credentials),
    email: emailOf(user),
    for: whom,
    forEmail: emailOf(beneficiaryEntity),
  };
}
