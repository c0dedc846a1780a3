// @ts-check
/** @type {Record<string, string>} */
const WORDS = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'file not found',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'the path is a folder',
  ELOOP: 'the symbolic links form a circle',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
  EIO: 'the device failed',
  ENXIO: 'the path is not a file',
};

/**
 * Returns the reason of a failed read or write, in words.
 *
 * @param {any} error
 * @returns {string}
 */
function reason(error) {
  return WORDS[error.code] ?? error.code ?? error.message;
}

module.exports = { reason };
