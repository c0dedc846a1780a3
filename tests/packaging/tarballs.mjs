/**
 * Every tarball of `cargo xtask pack`, read as an installation reads it: no entry may be missing, no import unresolved, and licences and
 * the bill of materials must be complete.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import Ajv from 'ajv';
import { filesBelow, problemsOf, readJson, unpack } from './tarball.mjs';

const root = resolve('.');
const tarballs = join(root, 'target/npm');
const folder = join(root, 'target/tarballs');
/** Like an app's: packages that a tarball does not bring come from the repository's own node_modules above. */
const modules = join(folder, 'node_modules');

const packages = readdirSync('pkg-js')
  .map(name => ({ name, source: readJson('pkg-js', name, 'package.json') }))
  .filter(({ source }) => !source.private);

rmSync(folder, { recursive: true, force: true });
for (const one of packages) {
  const { name, version } = one.source;
  one.installed = join(modules, name);
  unpack(
    join(tarballs, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`),
    one.installed,
  );
  one.manifest = readJson(one.installed, 'package.json');
}
const installed = name => packages.find(one => one.name === name);

test('there is one tarball for each package, and no other', () => {
  assert.equal(
    readdirSync(tarballs).filter(name => name.endsWith('.tgz')).length,
    packages.length,
  );
});

/** The official schema, from the library that OWASP publishes. */
function cycloneDx() {
  const schemas = 'node_modules/@cyclonedx/cyclonedx-library/res/schema';
  // Formats of addresses and names are not checked: they need packages of their own.
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of ['spdx', 'jsf-0.82']) {
    const file = `${name}.SNAPSHOT.schema.json`;
    ajv.addSchema(
      readJson(schemas, file),
      `http://cyclonedx.org/schema/${file}`,
    );
  }
  return ajv.compile(readJson(schemas, 'bom-1.6.SNAPSHOT.schema.json'));
}

const validate = cycloneDx();

for (const { name, installed: path, manifest, source } of packages) {
  test(`${name}: nothing is missing or unresolved`, () => {
    assert.deepEqual(problemsOf(path), []);
  });

  test(`${name}: where it comes from is stated once for all packages`, () => {
    const { repository, version } = readJson('package.json');
    assert.deepEqual(manifest.repository, {
      ...repository,
      directory: `pkg-js/${name}`,
    });
    assert.equal(manifest.version, version);
    assert.equal(
      readFileSync(join(path, 'LICENSE'), 'utf8'),
      readFileSync('LICENSE', 'utf8'),
    );
    assert.deepEqual(manifest.dependencies, source.dependencies);
  });

  test(`${name}: the bill of materials keeps to the schema of CycloneDX and names the package`, () => {
    const bill = readJson(path, 'dist/sbom.cdx.json');
    assert(validate(bill), JSON.stringify(validate.errors));
    assert.equal(bill.metadata.component.name, manifest.name);
    assert.equal(bill.metadata.component.version, manifest.version);
    const listed = new Set(bill.components.map(component => component.name));
    for (const dependency of Object.keys(manifest.dependencies ?? {}))
      assert(listed.has(dependency), dependency);
  });
}

test('the core lists every crate in its WebAssembly files, with a licence text', () => {
  const { installed: path } = installed('core');
  const tree = execFileSync(
    'cargo',
    [
      ...[
        'tree',
        '--locked',
        '--no-default-features',
        '--features',
        'browser,server',
        '--package',
        'backstage-vertex-ai',
        '--target',
        'wasm32-unknown-unknown',
      ],
      ...[
        '--edges',
        'normal,no-proc-macro',
        '--prefix',
        'none',
        '--format',
        '{p}',
      ],
    ],
    { encoding: 'utf8' },
  );
  // A path in brackets marks a crate of this repository.
  const linked = tree
    .split('\n')
    .filter(line => line && !line.includes('/'))
    .map(line =>
      line
        .match(/^(\S+) v(\S+)/)
        .slice(1)
        .join(' '),
    );
  const bill = readJson(path, 'dist/sbom.cdx.json');
  const listed = bill.components.filter(({ purl }) =>
    purl.startsWith('pkg:cargo/'),
  );
  assert.deepEqual(
    listed.map(({ name, version }) => `${name} ${version}`).sort(),
    [...new Set(linked)].sort(),
  );
  assert(
    listed.length > 30 &&
      listed.every(({ hashes }) => /^[0-9a-f]{64}$/.test(hashes[0].content)),
  );
  const licences = readFileSync(
    join(path, 'dist/THIRD_PARTY_LICENSES.txt'),
    'utf8',
  );
  for (const one of new Set(linked))
    assert(licences.includes(`\n${one} (`), one);
  assert.match(licences, /The Rust standard library/);
});

test('npm packages that a build has copied are listed with their licence', () => {
  const { installed: path } = installed('frontend');
  const copied = readdirSync(join(path, 'dist/node_modules_dist'));
  assert.deepEqual(copied, ['style-inject']);
  assert.match(
    readFileSync(join(path, 'dist/THIRD_PARTY_LICENSES.txt'), 'utf8'),
    /style-inject \d.*\(MIT\)/,
  );
  const bill = readJson(path, 'dist/sbom.cdx.json');
  assert(bill.components.some(({ name }) => name === 'style-inject'));
});

test('configuration schemas and migrations are inside', () => {
  for (const name of ['catalog', 'frontend', 'proxy']) {
    const { installed: path, manifest } = installed(name);
    assert.equal(manifest.configSchema, 'config.schema.json');
    assert(readJson(path, manifest.configSchema).properties.vertexAi, name);
  }
  const { installed: proxy } = installed('proxy');
  assert.deepEqual(
    readdirSync(join(proxy, 'migrations')).sort(),
    readdirSync('pkg-js/proxy/migrations').sort(),
  );
});

test('Node loads each backend module as a Backstage feature', () => {
  const require = createRequire(join(folder, 'index.js'));
  for (const { source } of packages.filter(
    ({ source: { backstage } }) => backstage?.role === 'backend-plugin-module',
  )) {
    assert(
      require.resolve(source.name).startsWith(modules),
      'the tarball is used, not the workspace',
    );
    assert.equal(
      require(source.name).default.$$type,
      '@backstage/BackendFeature',
      source.name,
    );
  }
});

test('the command runs', () => {
  const { installed: path, manifest } = installed('cli');
  const printed = execFileSync(
    process.execPath,
    [join(path, manifest.bin['vertex-ai']), '--version'],
    { encoding: 'utf8' },
  );
  assert.equal(printed.trim(), manifest.version);
});

test('a package that was packed without its scripts is found broken', () => {
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  execFileSync(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', broken],
    { cwd: 'pkg-js/catalog' },
  );
  const [tarball] = readdirSync(broken);
  unpack(join(broken, tarball), join(broken, 'package'));
  const problems = problemsOf(join(broken, 'package')).join('\n');
  assert.match(
    problems,
    /package.json names src\/index.ts, which is no built file/,
  );
  assert.match(problems, /src\/index.ts/);
});

test('a missing file, an unknown import and an exact range are found', () => {
  const copy = join(folder, 'copy');
  cpSync(installed('catalog').installed, copy, { recursive: true });
  const path = join(copy, 'package.json');
  const manifest = readJson(path);
  manifest.dependencies['@backstage/errors'] = '1.4.0';
  delete manifest.dependencies['@backstage/catalog-client'];
  writeFileSync(path, JSON.stringify(manifest));
  renameSync(join(copy, 'dist/module.cjs.js'), join(copy, 'dist/moved.cjs.js'));
  rmSync(join(copy, 'LICENSE'));
  const problems = problemsOf(copy).join('\n');
  assert.match(problems, /the dependency @backstage\/errors admits 1.4.0 only/);
  assert.match(
    problems,
    /imports @backstage\/catalog-client, which is no dependency/,
  );
  assert.match(
    problems,
    /dist\/index.cjs.js imports .\/module.cjs.js, which the tarball lacks/,
  );
  assert.match(problems, /has no LICENSE/);
});

test('no file names a folder of this machine', () => {
  for (const { installed: path } of packages) {
    for (const name of filesBelow(path)) {
      const text = readFileSync(join(path, name), 'latin1');
      for (const trace of [root, process.env.HOME])
        assert(!text.includes(trace), `${name} names ${trace}`);
    }
  }
});
