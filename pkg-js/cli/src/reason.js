// @ts-check
/** @type {Record<string, string>} */
const WORDS = {
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links go round in circles',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
  ENOSPC: 'there is no space left',
  EROFS: 'the file system is read-only',
  EIO: 'the device failed',
  ENXIO: 'it is not a file',
};

/**
 * Why something could not be read or written, in words.
 *
 * @param {any} error
 * @returns {string}
 */
function reason(error) {
  return WORDS[error.code] ?? error.code ?? error.message;
}

module.exports = { reason };
