// @ts-check
// The command `check`: reads files, passes them to the core, writes its output.
const { Checker } = require('@backstage-vertex-ai/core/server');
const { CLEAN, FINDINGS, TROUBLE, Trouble } = require('./exit.js');
const { files } = require('./files.js');
const { outputFile, standardOutput } = require('./output.js');
const { Reader } = require('./read.js');
const { reason } = require('./reason.js');
const { replace } = require('./replace.js');

const CONFIG = 'app-config.yaml';

/**
 * @typedef {object} Options
 * @property {string[]} paths
 * @property {boolean} fix
 * @property {string} [format]
 * @property {string} [failOn]
 * @property {string} [output] the file to write to
 * @property {string | false} [config]
 * @property {string} stdinName
 * @property {boolean} color
 * @property {boolean} summary
 */

/**
 * @param {Options} options
 * @returns {Promise<number>} the exit code
 */
async function check(options) {
  const reader = new Reader(Checker.mostBytes());
  const { color, summary, fix } = options;
  const checker = new Checker({
    format: /** @type {any} */ (options.format),
    failOn: /** @type {any} */ (options.failOn),
    color,
    summary,
    fix,
    config: configuration(options.config, reader),
  });
  const output = options.output ? outputFile(options.output) : standardOutput();
  let isWhole = true;
  for await (const found of files(options.paths)) {
    const name = found.file === '-' ? options.stdinName : slashed(found.file);
    const report = await checked(checker, reader, found, name);
    isWhole &&= report.isRead;
    await output.write(report.output);
    if (report.fixed === undefined) continue;
    try {
      replace(found.file, report.fixed);
    } catch (error) {
      isWhole = false;
      await output.write(checker.unwritable(name, reason(error)).output);
    }
  }
  const end = checker.finish();
  await output.write(end.output);
  await output.end();
  if (!isWhole) return TROUBLE;
  return end.failed ? FINDINGS : CLEAN;
}

/**
 * Returns the report on one file, or on the reason why it cannot be read.
 *
 * @param {Checker} checker
 * @param {Reader} reader
 * @param {import('./files.js').Found} found
 * @param {string} name
 */
async function checked(checker, reader, { file, named, error }, name) {
  let bytes;
  try {
    if (error) throw error;
    bytes = file === '-' ? await reader.stdin() : reader.read(file);
    if (!named) bytes = relevantPart(reader, file, bytes);
  } catch (failure) {
    return { ...checker.unreadable(name, reason(failure)), isRead: false };
  }
  return { ...checker.add(name, bytes, { named }), isRead: true };
}

/**
 * Returns the part of a found file that decides whether it is checked. A file of normal size is one part.
 *
 * @param {Reader} reader
 * @param {string} file
 * @param {Uint8Array} bytes
 */
function relevantPart(reader, file, bytes) {
  const isWhole = bytes.length <= Checker.mostBytes();
  if (isWhole || Checker.mentionsAnnotation(bytes)) return bytes;
  if (!Checker.isBackstage(bytes)) return bytes;
  return (
    reader.find(file, part => Checker.mentionsAnnotation(part)) ??
    reader.read(file)
  );
}

/**
 * Reads the configuration: the named file, else `app-config.yaml` if it exists.
 *
 * @param {string | false | undefined} named
 * @param {Reader} reader
 */
function configuration(named, reader) {
  if (named === false) return undefined;
  const file = named ?? CONFIG;
  try {
    return { file: slashed(file), bytes: reader.read(file).slice() };
  } catch (/** @type {any} */ error) {
    if (named === undefined && error.code === 'ENOENT') return undefined;
    throw new Trouble(`\`${file}\` cannot be read: ${reason(error)}`);
  }
}

/**
 * Returns a file name with forward slashes, as in URLs and on other systems.
 *
 * @param {string} file
 */
function slashed(file) {
  return process.platform === 'win32' ? file.replaceAll('\\', '/') : file;
}

module.exports = { check };
