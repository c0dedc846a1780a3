import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path/posix';

/**
 * Writes the files of an access request into a folder of the workspace. Returns their paths, relative to the workspace.
 *
 * @throws NotAllowedError when a path leads out of the workspace, also through a link
 */
export async function writeRenderings(
  renderings: Record<string, string>,
  { workspacePath, folder }: { workspacePath: string; folder: string },
): Promise<string[]> {
  const paths = Object.keys(renderings).map(name => join(folder, name));
  // Every path is checked before the first file is written.
  const places = paths.map(path => resolveSafeChildPath(workspacePath, path));
  for (const [at, text] of Object.values(renderings).entries()) {
    await mkdir(dirname(places[at]), { recursive: true });
    await writeFile(places[at], text);
  }
  return paths;
}
