// Reads a package as its tarball holds it, and reports what would break for somebody who installs it.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import typescript from 'typescript';

/** Unpacks a tarball into a folder, which then holds `package.json`. */
export function unpack(tarball, folder) {
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['xzf', tarball, '--strip-components=1', '-C', folder]);
}

/** Lists every file below a folder, by its path from there. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter(name => statSync(join(folder, name)).isFile())
    .sort();
}

export function readJson(...path) {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

/** Lists what is broken in an unpacked package; an empty list means that it is complete. */
export function problemsOf(folder) {
  const manifest = readJson(folder, 'package.json');
  return [
    ...missingEntries(folder, manifest),
    ...sourceEntries(manifest),
    ...unresolvedImports(folder, manifest),
    ...exactRanges(manifest),
    ...missingFiles(folder, manifest),
    ...wrongFields(manifest),
  ];
}

/** Every path in `main`, `types`, `exports` and the like. */
function entries({
  main,
  module,
  types,
  configSchema,
  bin,
  exports,
  typesVersions,
}) {
  const paths = value => {
    if (typeof value === 'string') return [value];
    return Object.entries(value ?? {}).flatMap(([condition, inner]) =>
      // Backstage names a type of feature here, not a file.
      condition === 'backstage' ? [] : paths(inner),
    );
  };
  return [
    main,
    module,
    types,
    configSchema,
    bin,
    exports,
    typesVersions,
  ].flatMap(paths);
}

function missingEntries(folder, manifest) {
  return entries(manifest)
    .filter(path => !existsSync(join(folder, path)))
    .map(path => `package.json names ${path}, which the tarball lacks`);
}

/** A manifest that `prepack` did not change points to sources. */
function sourceEntries(manifest) {
  return entries(manifest)
    .filter(path => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))
    .map(path => `package.json names ${path}, which is no built file`);
}

function unresolvedImports(folder, manifest) {
  const { name, dependencies, peerDependencies } = manifest;
  const known = new Set([
    name,
    ...Object.keys(dependencies ?? {}),
    ...Object.keys(peerDependencies ?? {}),
  ]);
  const problems = [];
  for (const file of filesBelow(folder).filter(path =>
    /\.(d\.ts|[cm]?js)$/.test(path),
  )) {
    const source = readFileSync(join(folder, file), 'utf8');
    for (const { fileName } of typescript.preProcessFile(source, true, true)
      .importedFiles) {
      if (fileName.startsWith('.')) {
        const path = join(folder, dirname(file), fileName);
        const isThere =
          ['', '.js', '.cjs', '.d.ts'].some(end => isFile(path + end)) ||
          isFile(path.replace(/\.js$/, '.d.ts'));
        if (!isThere)
          problems.push(`${file} imports ${fileName}, which the tarball lacks`);
        continue;
      }
      const [first, second] = fileName.split('/');
      const dependency = fileName.startsWith('@')
        ? `${first}/${second}`
        : first;
      const isBuiltin =
        fileName.startsWith('node:') || builtinModules.includes(fileName);
      if (!isBuiltin && !known.has(dependency))
        problems.push(`${file} imports ${dependency}, which is no dependency`);
    }
  }
  return problems;
}

const isFile = path => statSync(path, { throwIfNoEntry: false })?.isFile();

/** An exact version makes a second copy beside the one that the app has. */
function exactRanges({ dependencies }) {
  return Object.entries(dependencies ?? {})
    .filter(([, range]) => /^\d/.test(range))
    .map(([name, range]) => `the dependency ${name} admits ${range} only`);
}

function missingFiles(folder, manifest) {
  const wanted = ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/sbom.cdx.json'];
  return wanted
    .filter(name => !existsSync(join(folder, name)))
    .map(name => `${manifest.name} has no ${name}`);
}

function wrongFields({ publishConfig, repository, license, description }) {
  const problems = [];
  if (publishConfig?.access !== 'public')
    problems.push('publishConfig.access is not public');
  if (!repository?.directory) problems.push('repository.directory is missing');
  if (!license) problems.push('license is missing');
  if (!description) problems.push('description is missing');
  return problems;
}
