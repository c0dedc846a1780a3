import {
  type BackstageCredentials,
  resolveSafeChildPath,
} from '@backstage/backend-plugin-api';
import { InputError, NotFoundError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { EntitySource } from '@backstage-vertex-ai/core/server';
import { readFile } from 'node:fs/promises';

/** How an action is told which entity it is about: exactly one of the three. */
export interface SourceInput {
  entityRef?: string;
  path?: string;
  text?: string;
}

/** The part of an action's context that finding an entity takes. */
export interface SourceContext {
  workspacePath: string;
  getInitiatorCredentials(): Promise<BackstageCredentials>;
}

/** Finds the entity: in the catalog as its user may see it, in the workspace, or in the input itself. */
export async function readSource(
  input: SourceInput,
  ctx: SourceContext,
  catalog: Pick<CatalogService, 'getEntityByRef'>,
): Promise<EntitySource> {
  const { entityRef, path, text } = input;
  if ([entityRef, path, text].filter(given => given).length !== 1) {
    throw new InputError('Give exactly one of `entityRef`, `path` and `text`');
  }
  if (entityRef) {
    const credentials = await ctx.getInitiatorCredentials();
    const entity = await catalog.getEntityByRef(entityRef, { credentials });
    if (!entity) {
      throw new NotFoundError(
        `The catalog has no entity ${entityRef}, or you may not see it`,
      );
    }
    return { entity };
  }
  if (path) {
    const file = resolveSafeChildPath(ctx.workspacePath, path);
    return { text: await readFile(file, 'utf8'), file: path };
  }
  return { text: text! };
}
