// @ts-check
// The files that a path names.
const { readdirSync, statSync } = require('node:fs');
const { join, normalize } = require('node:path');

const EXTENSION = /\.(ya?ml|json)$/i;
const SKIPPED = new Set(['node_modules', 'dist']);

/**
 * A file to check, or a file or folder that cannot be read. A file that was not named may contain anything.
 *
 * @typedef {{ file: string, named: boolean, error?: unknown }} Found
 */

/**
 * Yields each file once; the files of a folder are sorted by name.
 *
 * @param {string[]} paths
 * @returns {AsyncGenerator<Found>}
 */
async function* files(paths) {
  // A single path yields no file twice.
  const seen = paths.length > 1 ? new Set() : undefined;
  for (const path of paths) {
    for await (const found of below(path)) {
      if (seen?.has(found.file)) continue;
      seen?.add(found.file);
      yield found;
    }
  }
}

/**
 * @param {string} path
 * @returns {AsyncGenerator<Found> | Generator<Found>}
 */
async function* below(path) {
  if (path === '-') {
    yield { file: path, named: true };
    return;
  }
  let status;
  try {
    status = statSync(path);
  } catch (/** @type {any} */ error) {
    if (error.code === 'ENOENT' && /[*?[\]{}]/.test(path)) yield* matches(path);
    else yield { file: path, named: true, error };
    return;
  }
  if (status.isDirectory()) yield* walk(path);
  else yield { file: normalize(path), named: true };
}

/**
 * @param {string} folder
 * @returns {Generator<Found>}
 */
function* walk(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    yield { file: folder, named: false, error };
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const file = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name) && !entry.name.startsWith('.')) {
        yield* walk(file);
      }
    } else if (EXTENSION.test(entry.name)) {
      if (entry.isFile()) yield { file, named: false };
      else if (entry.isSymbolicLink()) yield* linked(file);
    }
  }
}

/**
 * Yields a link to a file. A link to a folder may form a circle and is ignored.
 *
 * @param {string} file
 * @returns {Generator<Found>}
 */
function* linked(file) {
  try {
    if (statSync(file).isFile()) yield { file, named: false };
  } catch (error) {
    yield { file, named: false, error };
  }
}

/**
 * @param {string} pattern
 * @returns {AsyncGenerator<Found>}
 */
async function* matches(pattern) {
  const { glob } = require('tinyglobby');
  const found = await glob(pattern, {
    ignore: [...SKIPPED].map(name => `**/${name}/**`),
    followSymbolicLinks: false,
    expandDirectories: false,
  });
  if (found.length === 0) {
    yield {
      file: pattern,
      named: true,
      error: new Error('no file matches'),
    };
  }
  for (const file of found.sort())
    yield { file: normalize(file), named: false };
}

module.exports = { files };
