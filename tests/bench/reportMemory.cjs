// Loaded into each process of the portal: writes what is alive after a collection, on SIGUSR2, to a file named by the process.
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout } = require('node:timers/promises');
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

async function report() {
  // What a collection finds dead is released by callbacks of later turns, which may let go of more.
  for (let round = 0; round < 3; round += 1) {
    collect();
    await setTimeout(200, undefined, { ref: false });
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  const wasm = memories.reduce((sum, one) => sum + one.buffer.byteLength, 0);
  writeFileSync(
    join(folder, `${process.pid}.json`),
    JSON.stringify({ reports, heapUsed, external, arrayBuffers, wasm, rss }),
  );
  reports += 1;
}

process.on('SIGUSR2', report);
report();
