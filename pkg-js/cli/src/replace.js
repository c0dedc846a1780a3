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
 * Replaces a file's text at once: another process reads the old text or the new one. The mode stays.
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
 * Returns the file behind a name, through its links.
 *
 * @param {string} file
 */
function present(file) {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (!status.isFile()) throw new Error('the path is not a regular file');
  const target = realpathSync(file);
  // Renaming needs rights on the folder only, but a read-only file must stay as it is.
  accessSync(target, constants.W_OK);
  return { target, mode: status.mode & 0o7777 };
}

/**
 * @param {string} file
 * @param {boolean} mayBeNew
 */
function absent(file, mayBeNew) {
  if (!mayBeNew) throw new Error('the file was removed meanwhile');
  return { target: file, mode: 0o666 & ~process.umask() };
}

module.exports = { replace };
