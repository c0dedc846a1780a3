// @ts-check
const {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { basename, dirname, join } = require('node:path');

/**
 * Writes a file anew, whole or not at all: whoever reads it meanwhile sees the old text or the new one. Its mode stays.
 *
 * @param {string} file
 * @param {string} text
 * @param {{ mayBeNew?: boolean }} [how]
 */
function replace(file, text, { mayBeNew = false } = {}) {
  const { target, mode } = present(file) ?? absent(file, mayBeNew);
  const beside = join(
    dirname(target),
    `.${basename(target)}.${process.pid}.tmp`,
  );
  const descriptor = openSync(beside, 'wx', 0o600);
  try {
    try {
      writeFileSync(descriptor, text);
      fchmodSync(descriptor, mode);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/**
 * The file that a name leads to, through its links.
 *
 * @param {string} file
 */
function present(file) {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (!status.isFile()) throw new Error('it is not a regular file');
  const target = realpathSync(file);
  // Renaming asks the folder only; who made the file read-only means the file.
  accessSync(target, constants.W_OK);
  return { target, mode: status.mode & 0o7777 };
}

/**
 * @param {string} file
 * @param {boolean} mayBeNew
 */
function absent(file, mayBeNew) {
  if (!mayBeNew) throw new Error('it has gone meanwhile');
  return { target: file, mode: 0o666 & ~process.umask() };
}

module.exports = { replace };
