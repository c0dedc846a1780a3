import type { EntitySource } from '@backstage-vertex-ai/core';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { InputError, NotFoundError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import { readFile } from 'node:fs/promises';

/** The three ways in which a template names an entity; exactly one is to be used. */
export type EntityInput = {
  entityRef?: string;
  text?: string;
  path?: string;
};

/** The part of an action's context that finding its entity takes. */
export type SourceContext<Input extends EntityInput = EntityInput> = Pick<
  ActionContext<Input>,
  'input' | 'workspacePath' | 'getInitiatorCredentials'
>;

/** What each of them means, for the actions' schemas. */
export const entityInputHelp = {
  entityRef:
    'The entity as the catalog has it, e.g. component:default/fraud-detector. Give this, text or path.',
  text: 'The text of a catalog-info.yaml. Give this, entityRef or path.',
  path: 'A catalog-info.yaml in the workspace, relative to its root. Give this, entityRef or text.',
};

async function readFromCatalog(
  entityRef: string,
  ctx: SourceContext,
  catalog: CatalogService,
): Promise<EntitySource> {
  const credentials = await ctx.getInitiatorCredentials();
  const entity = await catalog.getEntityByRef(entityRef, { credentials });
  if (!entity) {
    throw new NotFoundError(
      `The catalog has no ${entityRef}, or you may not see it`,
    );
  }
  return { entity };
}

async function readFromWorkspace(
  path: string,
  workspacePath: string,
): Promise<EntitySource> {
  const file = resolveSafeChildPath(workspacePath, path);
  try {
    return { text: await readFile(file, 'utf8'), file: path };
  } catch (error) {
    // The code only: the message holds the workspace's place on the backend's disk.
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`${path} cannot be read from the workspace: ${code}`);
  }
}

/** @throws InputError where more or less than one way is used */
export function requireOneSource({ entityRef, text, path }: EntityInput) {
  const given = [entityRef, text, path].filter(value => value !== undefined);
  if (given.length !== 1) {
    throw new InputError(
      `Give exactly one of entityRef, text and path, not ${given.length}`,
    );
  }
}

/**
 * Gets the entity that an action's input names: with the rights of the user who started the task where it is in the catalog,
 * and from inside the workspace where it is a file.
 */
export async function readEntitySource(
  ctx: SourceContext,
  catalog: CatalogService,
): Promise<EntitySource> {
  requireOneSource(ctx.input);
  const { entityRef, text, path } = ctx.input;
  if (entityRef !== undefined) {
    return readFromCatalog(entityRef, ctx, catalog);
  }
  if (path !== undefined) {
    return readFromWorkspace(path, ctx.workspacePath);
  }
  return { text: text! };
}
