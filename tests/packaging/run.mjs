/**
 * The core's tarball of `cargo xtask pack`, as adopters get it: installed into a small Backstage project beside this repository's
 * node_modules, and used from every place that the README names.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { before, test } from 'node:test';
import { rspack } from '@rspack/core';
import { open } from './page.mjs';

const root = resolve('.');
const folder = join(root, 'target/packaging');
const project = join(folder, 'project');
const installed = join(project, 'node_modules/@backstage-vertex-ai/core');
const ENTITY = `{ source: { entity: { kind: 'A', metadata: { name: 'a', annotations: { 'google.com/vertex-ai-project': 'acme-ml' } } } } }`;

/** Runs a program; its output is told only when it fails. */
function run(program, parameters, cwd = project) {
  const options = {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true' },
    stdio: 'pipe',
  };
  try {
    return execFileSync(program, parameters, options).trim();
  } catch (error) {
    throw new Error(
      `${program} ${parameters.join(' ')}\n${error.stdout}\n${error.stderr}`,
    );
  }
}

const node = (...parameters) => run(process.execPath, parameters);
const backstage = (name, ...parameters) =>
  run(
    process.execPath,
    [
      join(root, 'node_modules/@backstage/cli/bin/backstage-cli'),
      'package',
      ...parameters,
    ],
    join(project, 'packages', name),
  );

before(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync('tests/packaging/project', project, { recursive: true });
  const { version } = JSON.parse(readFileSync('pkg-js/core/package.json'));
  run('npm', [
    'install',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    join(root, `target/npm/backstage-vertex-ai-core-${version}.tgz`),
  ]);
});

/** Every file below a folder, by its path from there. */
function files(below) {
  return readdirSync(below, { recursive: true }).filter(name =>
    statSync(join(below, name)).isFile(),
  );
}

test('the tarball contains the used files and no trace of this machine', () => {
  assert.deepEqual(files(installed).sort(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist/THIRD_PARTY_LICENSES.txt',
    'dist/core_bg.wasm',
    'dist/generated/check/core.cjs',
    'dist/generated/check/core_bg.wasm',
    'dist/generated/server/core.cjs',
    'dist/generated/server/core_bg.wasm',
    'dist/inline.cjs',
    'dist/node.cjs',
    'dist/node.mjs',
    'dist/sbom.cdx.json',
    'dist/server.mjs',
    'dist/types/annotations.d.ts',
    'dist/types/bindings.d.ts',
    'dist/types/checker.d.ts',
    'dist/types/converse.d.ts',
    'dist/types/deployment.d.ts',
    'dist/types/deployments.d.ts',
    'dist/types/gate.d.ts',
    'dist/types/generated/shapes.d.ts',
    'dist/types/grants.d.ts',
    'dist/types/host.d.ts',
    'dist/types/index.d.ts',
    'dist/types/preflight.d.ts',
    'dist/types/server.d.ts',
    'dist/web.mjs',
    'package.json',
  ]);
  for (const name of files(installed)) {
    const text = readFileSync(join(installed, name), 'latin1');
    for (const trace of [
      root,
      process.env.HOME,
      'index.crates',
      'registry.npm',
    ]) {
      assert(!text.includes(trace), `${name} names ${trace}`);
    }
  }
});

test('require and import in Node return the same instance', () => {
  const path = createRequire(join(project, 'index.js')).resolve(
    '@backstage-vertex-ai/core',
  );
  assert(path.startsWith(installed), path);
  node(
    '-e',
    `
    const core = require('@backstage-vertex-ai/core');
    if (core.validate(${ENTITY}).valid) throw new Error('valid');
    import('@backstage-vertex-ai/core').then(same => {
      if (same.validate !== core.validate) throw new Error('two cores');
    });`,
  );
  node(
    '--input-type=module',
    '-e',
    `
    import * as core from '@backstage-vertex-ai/core';
    import { Gate, deploy, validate } from '@backstage-vertex-ai/core/server';
    await core.init();
    if (core.validate !== validate || typeof Gate !== 'function' || typeof deploy !== 'function') throw new Error('two cores');`,
  );
});

test('a call before init() throws core/not-initialised', () => {
  node(
    '--conditions=browser',
    '--input-type=module',
    '-e',
    `
    import { readFile } from 'node:fs/promises';
    import { init, validate } from '@backstage-vertex-ai/core';
    let code;
    try { validate(${ENTITY}); } catch (error) { code = error.code; }
    if (code !== 'core/not-initialised') throw new Error(code);
    await Promise.all([1, 2].map(async () => init(await readFile('node_modules/@backstage-vertex-ai/core/dist/core_bg.wasm'))));
    if (validate(${ENTITY}).valid) throw new Error('valid');
    const [finding] = validate({ source: { text: 'kind: A' } }).diagnostics;
    if (finding.code !== 'request/malformed') throw new Error(finding.code);`,
  );
});

test('TypeScript finds the types, and codes are a union', () => {
  node(join(root, 'node_modules/typescript/bin/tsc'), '--project', '.');
});

test('jest runs the core in Node and in jsdom', () => {
  backstage('backend', 'test');
  backstage('page', 'test');
});

test('a Backstage package with the core, bundled by rspack, runs in Chromium', async () => {
  backstage('page', 'build');
  const built = readFileSync(
    join(project, 'packages/page/dist/index.esm.js'),
    'utf8',
  );
  assert.match(built, /@backstage-vertex-ai\/core/);
  const bundle = join(project, 'app/dist');
  const compiler = rspack({
    mode: 'production',
    entry: join(project, 'app/index.js'),
    output: { path: bundle, publicPath: '/' },
    resolve: {
      alias: {
        'packaging-page': join(project, 'packages/page/dist/index.esm.js'),
      },
      extensions: ['.js', '.wasm'],
    },
  });
  await new Promise((done, fail) => {
    compiler.run((error, stats) => {
      if (error || stats.hasErrors())
        fail(error ?? new Error(stats.toString()));
      else compiler.close(done);
    });
  });
  assert.equal(
    files(bundle).filter(name => name.endsWith('.wasm')).length,
    1,
    'one wasm file, loaded by its address',
  );

  const allowed = `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'`;
  const titles = await open(
    bundle,
    '<script src="/main.js"></script>',
    allowed,
  );
  assert.match(titles, /^annotation\/missing/);
  const refused = await open(
    bundle,
    '<script src="/main.js"></script>',
    `default-src 'self'`,
  );
  assert.match(
    refused,
    /^failed: \w*Error$/,
    'a page that forbids wasm is told so',
  );
});

test('a page without a bundler imports the core as a module', async () => {
  const page = `<script type="module">
    import { init, validate } from '/web.mjs';
    await init();
    document.title = validate(${ENTITY}).diagnostics[0].code;
  </script>`;
  assert.equal(await open(join(installed, 'dist'), page), 'annotation/missing');
});
