import type { Diagnostic, RuleSettings } from '@backstage-vertex-ai/core';
import type { Checker } from '@backstage-vertex-ai/core/server';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Core } from './core';

const EXTENSION = /\.(ya?ml|json)$/i;
const SKIPPED = /^(\..*|node_modules|dist)$/;

/** The findings of all files, in their order. */
export interface WorkspaceReport {
  /** Whether no finding is an error. */
  valid: boolean;
  diagnostics: Diagnostic[];
}

/** Passes files of the workspace to the core, one after the other. */
class WorkspaceCheck {
  readonly diagnostics: Diagnostic[] = [];

  constructor(
    private readonly checker: Checker,
    private readonly workspacePath: string,
    private readonly mostBytes: number,
  ) {}

  /** Checks a requested file or folder. */
  async path(place: string) {
    await this.tryToRead(place, async () => {
      if ((await stat(place)).isDirectory()) await this.folder(place);
      else await this.file(place, { named: true });
    });
  }

  /** Skips links: they may lead out of the workspace. */
  private async folder(place: string) {
    const entries = await readdir(place, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const child = join(place, entry.name);
      if (entry.isDirectory() && !SKIPPED.test(entry.name)) {
        await this.tryToRead(child, () => this.folder(child));
      } else if (entry.isFile() && EXTENSION.test(entry.name)) {
        await this.tryToRead(child, () => this.file(child, { named: false }));
      }
    }
  }

  private async file(place: string, origin: { named: boolean }) {
    // One byte more than the core accepts, so that it reports the size.
    const stream = createReadStream(place, { end: this.mostBytes });
    const bytes = Buffer.concat(await stream.toArray());
    const report = this.checker.add(this.name(place), bytes, origin);
    this.diagnostics.push(...report.diagnostics);
  }

  /** Turns a failed read into a finding, so that the other files are still checked. */
  private async tryToRead(place: string, read: () => Promise<void>) {
    try {
      await read();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!code) throw error;
      // The code only: the message holds the workspace's path on the backend's disk.
      const report = this.checker.unreadable(this.name(place), code);
      this.diagnostics.push(...report.diagnostics);
    }
  }

  private name(place: string) {
    return relative(this.workspacePath, place) || '.';
  }
}

/**
 * Checks a file or a folder of the workspace.
 *
 * @throws NotAllowedError when the path leads out of the workspace
 */
export async function checkWorkspace(
  { Checker }: Pick<Core, 'Checker'>,
  path: string,
  options: { workspacePath: string; rules?: RuleSettings },
): Promise<WorkspaceReport> {
  const { workspacePath, rules } = options;
  const place = resolveSafeChildPath(workspacePath, path);
  const checker = new Checker({ rules });
  const check = new WorkspaceCheck(checker, workspacePath, Checker.mostBytes());
  await check.path(place);
  const { diagnostics, errors } = checker.finish();
  return {
    valid: errors === 0,
    diagnostics: [...diagnostics, ...check.diagnostics],
  };
}
