// Loaded into each process of the portal: writes what is alive after a collection, on SIGUSR2, to a file named by the process.
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Linear memories of WebAssembly, which no figure of Node counts. They never shrink. */
const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    const { memory } = this.exports;
    if (memory) memories.push(memory);
  }
};

const folder = process.env.MEMORY_REPORTS;
mkdirSync(folder, { recursive: true });
let reports = 0;

function report() {
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  const wasm = memories.reduce((sum, one) => sum + one.buffer.byteLength, 0);
  const found = { reports, heapUsed, external, wasm, rss };
  writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(found));
  reports += 1;
}

process.on('SIGUSR2', report);
report();
