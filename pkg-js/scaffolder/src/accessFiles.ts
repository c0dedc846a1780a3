import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path/posix';

/**
 * Writes the renderings of a request into a folder of the workspace, and gives their paths, relative to the workspace.
 *
 * @throws NotAllowedError where a path leads out of the workspace, by a link of the workspace too
 */
export async function writeRenderings(
  renderings: Record<string, string>,
  { workspacePath, folder }: { workspacePath: string; folder: string },
): Promise<string[]> {
  const paths = Object.keys(renderings).map(name => join(folder, name));
  // All of them are looked at before the first one is written.
  const places = paths.map(path => resolveSafeChildPath(workspacePath, path));
  for (const [at, text] of Object.values(renderings).entries()) {
    await mkdir(dirname(places[at]), { recursive: true });
    await writeFile(places[at], text);
  }
  return paths;
}
