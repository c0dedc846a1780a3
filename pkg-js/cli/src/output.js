// @ts-check
// Where what is written out goes.
const { Trouble } = require('./exit.js');
const { reason } = require('./reason.js');
const { replace } = require('./replace.js');

/** @typedef {{ write(text: string): Promise<void>, end(): Promise<void> }} Output */

/**
 * @returns {Output}
 */
function standardOutput() {
  const { stdout } = process;
  // The callback of each write tells it; without a listener Node would end the process at once.
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
    ? 'whoever read the output stopped reading'
    : `the output cannot be written: ${reason(error)}`;
}

/**
 * Written when it is whole: a half-written SARIF file is none.
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
