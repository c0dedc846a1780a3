// @ts-check
const { closeSync, openSync, readSync } = require('node:fs');

/** Reads files, but never more of one than it takes to see that it is too large. What it returns is gone with the next one. */
class Reader {
  #buffer;

  /** @param {number} most bytes that a file may have */
  constructor(most) {
    this.#buffer = Buffer.allocUnsafe(most + 1);
  }

  /**
   * @param {string} file
   * @returns {Uint8Array}
   */
  read(file) {
    const descriptor = openSync(file, 'r');
    try {
      let length = 0;
      let more = 0;
      do {
        const room = this.#buffer.length - length;
        more = room && readSync(descriptor, this.#buffer, length, room, null);
        length += more;
      } while (more > 0);
      return this.#buffer.subarray(0, length);
    } finally {
      closeSync(descriptor);
    }
  }

  /** @returns {Promise<Uint8Array>} */
  async stdin() {
    let length = 0;
    for await (const chunk of process.stdin) {
      length += chunk.copy(this.#buffer, length);
      if (length === this.#buffer.length) break;
    }
    return this.#buffer.subarray(0, length);
  }
}

module.exports = { Reader };
