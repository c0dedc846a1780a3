import type { EntitySource } from '@backstage-vertex-ai/core';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import { readFile } from 'node:fs/promises';
import { TaskError } from './taskError';

/** The three ways to name an entity; exactly one is required. */
export type EntityInput = {
  entityRef?: string;
  text?: string;
  path?: string;
};

/** The part of an action's context that reading its entity requires. */
export type SourceContext<Input extends EntityInput = EntityInput> = Pick<
  ActionContext<Input>,
  'input' | 'workspacePath' | 'getInitiatorCredentials'
>;

/** Descriptions for the actions' schemas. */
export const entityInputHelp = {
  entityRef:
    'An entity of the catalog, e.g. component:default/fraud-detector. Excludes text and path.',
  text: 'The text of a catalog-info.yaml. Excludes entityRef and path.',
  path: 'A catalog-info.yaml in the workspace, relative to its root. Excludes entityRef and text.',
};

async function readFromCatalog(
  entityRef: string,
  ctx: SourceContext,
  catalog: CatalogService,
): Promise<EntitySource> {
  const credentials = await ctx.getInitiatorCredentials();
  const entity = await catalog.getEntityByRef(entityRef, { credentials });
  if (!entity) {
    throw TaskError.notFound(
      `${entityRef} is missing in the catalog or hidden from you`,
    );
  }
  return { entity };
}

/** Reads a file of the workspace. */
export async function readFromWorkspace(
  path: string,
  workspacePath: string,
): Promise<{ text: string; file: string }> {
  const file = resolveSafeChildPath(workspacePath, path);
  try {
    return { text: await readFile(file, 'utf8'), file: path };
  } catch (error) {
    // The code only: the message holds the workspace's path on the backend's disk.
    const { code } = error as NodeJS.ErrnoException;
    throw TaskError.input(`${path} cannot be read from the workspace: ${code}`);
  }
}

/** @throws TaskError unless exactly one way is used */
export function requireOneSource({ entityRef, text, path }: EntityInput) {
  const given = [entityRef, text, path].filter(value => value !== undefined);
  if (given.length !== 1) {
    throw TaskError.input(
      `Set exactly one of entityRef, text and path, not ${given.length}`,
    );
  }
}

/** Reads the entity that an action's input names: from the catalog as the task's initiator, or from the workspace. */
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
