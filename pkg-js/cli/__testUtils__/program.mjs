// The real program, in a temporary folder for each test.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(
  new URL('../bin/vertex-ai.js', import.meta.url),
);
export const GOOD = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: fraud-detector
  annotations:
    google.com/vertex-ai-project: acme-ml
    google.com/vertex-ai-location: us-central1
    google.com/vertex-ai-endpoint: fraud-detector
    google.com/vertex-ai-model: fraud-detector@3
`;
export const BAD = `${GOOD}    google.com/vertex-ai-replicas: 3-1\n`;
export const MENDED = `${GOOD}    google.com/vertex-ai-replicas: "1-3"\n`;
export const shown =
  file => `error[replicas/reversed]: the maximum 1 is less than the minimum 3
  --> ${file}:10:36
   |
10 |     google.com/vertex-ai-replicas: 3-1
   |                                    ^^^
   |
`;

/** A folder of the present test, in which the program runs. */
export let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vertex-ai-cli-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes files by name. */
export function write(files) {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Runs the program without the variables that set colours. */
export function run(parameters, options = {}) {
  const { NO_COLOR, FORCE_COLOR, GITHUB_ACTIONS, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, ...parameters],
    {
      cwd: folder,
      encoding: 'utf8',
      ...options,
      env: { ...env, ...options.env },
    },
  );
  return { status, stdout, stderr };
}

/** Runs the program as a user without the rights of root; `undefined` where that user cannot run it. */
export function asUser(parameters) {
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const done = run(parameters, user);
  return user.uid && !done.stdout ? undefined : done;
}

export const check = (...parameters) => run(['check', ...parameters]);
export const findings = (...parameters) => {
  const { status, stdout } = check('--format', 'json', ...parameters);
  const { diagnostics } = JSON.parse(stdout);
  return {
    status,
    found: diagnostics.map(({ code, where }) => `${where?.file} ${code}`),
  };
};
