// What a release relies on beside the tarballs: changesets, changelogs and the entities of the packages.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { readJson } from './tarball.mjs';

const packages = readdirSync('pkg-js').map(name => ({
  name,
  manifest: readJson('pkg-js', name, 'package.json'),
}));
const folderOf = id =>
  packages.find(({ manifest }) => manifest.name === id)?.name;

test('all packages have the version of the repository and admit each other at it', () => {
  const { version } = readJson('package.json');
  for (const { manifest } of packages) {
    assert.equal(manifest.version, version, manifest.name);
    for (const [id, range] of Object.entries(manifest.dependencies ?? {}))
      if (folderOf(id))
        assert.equal(range, `^${version}`, `${manifest.name} → ${id}`);
  }
  const cargo = readFileSync('Cargo.toml', 'utf8');
  assert.match(
    cargo,
    new RegExp(`\\[workspace.package\\]\\nversion = "${version}"`),
  );
});

test('changesets bump all packages together, and never the demo', () => {
  const { fixed, ignore, access } = readJson('.changeset/config.json');
  assert.deepEqual(fixed, [['@backstage-vertex-ai/*']]);
  assert.equal(access, 'public');
  const demo = readdirSync('www', { withFileTypes: true })
    .filter(
      entry =>
        entry.isDirectory() &&
        readdirSync(join('www', entry.name)).includes('package.json'),
    )
    .map(({ name }) => readJson('www', name, 'package.json').name);
  assert.deepEqual(ignore.toSorted(), demo.toSorted());
});

test('the changelog of each package begins with its version', () => {
  for (const { name, manifest } of packages) {
    const [title, heading] = readFileSync(
      join('pkg-js', name, 'CHANGELOG.md'),
      'utf8',
    )
      .split('\n')
      .filter(line => line.startsWith('#'));
    assert.deepEqual(
      [title, heading],
      [`# ${manifest.name}`, `## ${manifest.version}`],
    );
  }
});

test('each package is a component of the catalog, with its dependencies', () => {
  const [system] = parseAllDocuments(
    readFileSync('catalog-info.yaml', 'utf8'),
  ).map(document => document.toJS());
  for (const { name, manifest } of packages) {
    const { metadata, spec } = parse(
      readFileSync(join('pkg-js', name, 'catalog-info.yaml'), 'utf8'),
    );
    assert.equal(metadata.title, manifest.name);
    assert.equal(metadata.description, manifest.description);
    assert.equal(spec.system, system.metadata.name);
    const uses = Object.keys(manifest.dependencies ?? {})
      .map(folderOf)
      .filter(Boolean);
    assert.deepEqual(
      spec.dependsOn ?? [],
      uses.map(used => `component:default/${system.metadata.name}-${used}`),
    );
  }
});
