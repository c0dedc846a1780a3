// @ts-check
const { closeSync, fstatSync, openSync, readSync } = require('node:fs');

/** Bytes that two parts of a file share; no text that is searched for is longer. */
const OVERLAP = 64;

/** Reads files up to a maximum size, plus one byte that shows a larger one. The next read overwrites the result. */
class Reader {
  #buffer;

  /** @param {number} most maximum size of a file, in bytes */
  constructor(most) {
    this.#buffer = Buffer.allocUnsafe(most + 1);
  }

  /**
   * Reads the beginning of a file.
   *
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

  /**
   * Reads the first part behind the beginning of a large file for which `isWanted` returns true.
   *
   * @param {string} file
   * @param {(part: Uint8Array) => boolean} isWanted
   * @returns {Uint8Array | undefined}
   */
  find(file, isWanted) {
    const descriptor = openSync(file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const most = this.#buffer.length;
      let end = most;
      while (end < size) {
        // The last part ends where the file does: every part is as long as the beginning.
        const start = Math.min(end - OVERLAP, size - most);
        const length = readSync(descriptor, this.#buffer, 0, most, start);
        const part = this.#buffer.subarray(0, length);
        if (isWanted(part)) return part;
        // A file that became shorter has no more parts.
        if (length < most) return undefined;
        end = start + length;
      }
      return undefined;
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
