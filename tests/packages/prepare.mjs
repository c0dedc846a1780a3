// Writes a fresh Backstage app that installs the tarballs of `cargo xtask pack`.
//
//   node tests/packages/prepare.mjs oldest|latest FOLDER
//
// `oldest` is Backstage 1.55, every package of it at that release's version. `latest` is what npm calls so, package by package.
import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

const [release, folder] = process.argv.slice(2);
const root = resolve('.');
const read = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** What a release brings besides packages of Backstage. Its CLI decides the version of TypeScript. */
const RELEASES = {
  oldest: {
    backstage: read('tests/packages/backstage-1.55.json'),
    others: { typescript: '5.8.3', 'react-router-dom': '6.30.3' },
  },
  latest: {
    backstage: undefined,
    others: { typescript: '5.9.3', 'react-router-dom': '6.30.6' },
  },
};
const { backstage, others } = RELEASES[release];

const ours = Object.fromEntries(
  readdirSync('pkg-js').map(name => {
    const { name: id, version } = read('pkg-js', name, 'package.json');
    const tarball = `${id.replace('@', '').replace('/', '-')}-${version}.tgz`;
    return [id, `file:${join(root, 'target/npm', tarball)}`];
  }),
);

function versionOf(name, given) {
  if (ours[name]) return ours[name];
  if (others[name]) return others[name];
  if (!name.startsWith('@backstage/')) return given;
  if (!backstage) return 'latest';
  if (!backstage[name]) throw new Error(`backstage-1.55.json has no ${name}`);
  return backstage[name];
}

const fill = dependencies =>
  dependencies &&
  Object.fromEntries(
    Object.entries(dependencies).map(([name, given]) => [
      name,
      versionOf(name, given),
    ]),
  );

function fillManifest(path, overrides) {
  const manifest = read(path);
  manifest.dependencies = fill(manifest.dependencies);
  manifest.devDependencies = fill(manifest.devDependencies);
  if (manifest.overrides)
    manifest.overrides = { ...manifest.overrides, ...overrides };
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) {
  // Of an earlier run only the downloaded packages stay; npm replaces those that differ.
  if (name !== 'node_modules') rmSync(join(folder, name), { recursive: true });
}
cpSync('tests/packages/app', folder, { recursive: true });
// Packages of the old release ask for newer ones with carets. The core comes from its tarball for all who ask.
fillManifest(join(folder, 'package.json'), {
  ...backstage,
  '@backstage-vertex-ai/core': ours['@backstage-vertex-ai/core'],
});
for (const name of readdirSync(join(folder, 'packages')))
  fillManifest(join(folder, 'packages', name, 'package.json'));
