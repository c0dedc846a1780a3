// @ts-check
// The outputs of the command.
const { Trouble } = require('./exit.js');
const { reason } = require('./reason.js');
const { replace } = require('./replace.js');

/** @typedef {{ write(text: string): Promise<void>, end(): Promise<void> }} Output */

/**
 * @returns {Output}
 */
function standardOutput() {
  const { stdout } = process;
  // The callback of each write reports the error. Without a listener Node ends the process.
  stdout.on('error', () => {});
  return {
    write: async text => {
      if (text === '') return;
      const error = await new Promise(resolve => stdout.write(text, resolve));
      if (error) throw new Trouble(broken(error));
    },
    end: async () => {},
  };
}

/** @param {any} error */
function broken(error) {
  return error.code === 'EPIPE'
    ? 'the reader of the output closed it'
    : `the output cannot be written: ${reason(error)}`;
}

/**
 * Writes the file at the end, because half of a SARIF file is not valid.
 *
 * @param {string} file
 * @returns {Output}
 */
function outputFile(file) {
  /** @type {string[]} */
  const texts = [];
  return {
    write: async text => {
      texts.push(text);
    },
    end: async () => {
      try {
        replace(file, texts.join(''), { mayBeNew: true });
      } catch (error) {
        throw new Trouble(`\`${file}\` cannot be written: ${reason(error)}`);
      }
    },
  };
}

module.exports = { standardOutput, outputFile };
