// Fails when an installed tarball makes npm install a second copy of a package of Backstage.
//
//   node tests/packages/copies.mjs FOLDER
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';

const folder = process.argv[2];
const lock = JSON.parse(
  readFileSync(join(folder, 'package-lock.json'), 'utf8'),
);
const copies = new Map();
for (const [path, { version }] of Object.entries(lock.packages)) {
  const name = path.match(/node_modules\/(@backstage\/[^/]+)$/)?.[1];
  if (name) copies.set(name, [...(copies.get(name) ?? []), { path, version }]);
}

// npm puts a copy for us below the package that asked, or above under a folder of its own when several ask.
const problems = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  if (!/node_modules\/@backstage-vertex-ai\/[^/]+$/.test(path)) continue;
  for (const [name, range] of Object.entries(entry.dependencies ?? {})) {
    if (!name.startsWith('@backstage/')) continue;
    const [first, ...others] = copies.get(name) ?? [];
    if (!first)
      problems.push(`${path} depends on ${name}, which is not installed`);
    else if (!semver.satisfies(first.version, range))
      problems.push(
        `${path} admits ${name} ${range}, the app has ${first.version}`,
      );
    if (others.some(other => other.path.startsWith(path)))
      problems.push(`${path} has a copy of ${name}`);
  }
}
assert.deepEqual(problems, []);

const nested = [...copies].filter(([, places]) => places.length > 1);
console.log(
  `  ${copies.size} packages of Backstage; second copies: ${nested.length}`,
);
for (const [name, places] of nested)
  console.log(
    `    ${name}: ${places.map(({ path, version }) => `${version} at ${path}`).join(', ')}`,
  );
