// Measures the speed of checking files: `cargo xtask bench validate`. The core and its JavaScript peer read a file's bytes and return its
// findings. They take turns in one process; the figures are medians of the rounds. Before that, both must agree on every example of the
// rules and on the measured files.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Checker } from '@backstage-vertex-ai/core/server';
import { disagreements, disagreement } from './agreement.mjs';
import { check } from './check.mjs';
import { corpus } from './corpus.mjs';
import { CODES } from './rules.mjs';

const FILES = 500;
const ROUNDS = 21;
const ENTITIES = 100_000;

const printFigure = (key, value) =>
  console.log(JSON.stringify({ key, value: Number(value.toFixed(3)) }));

const examples = 'target/rule-examples';
execFileSync(
  'cargo',
  ['run', '--quiet', '--locked', '--example', 'rule-examples', examples],
  { stdio: 'inherit' },
);
const { differences, untested, unwritten } = disagreements(examples);
assert.deepEqual(differences, []);
assert.deepEqual(untested, []);
const files = [
  ...corpus(FILES),
  ...['fraud-detector', 'churn-detector', 'website'].map(name => {
    const path = `www/catalog/${name}/catalog-info.yaml`;
    return { name: path, bytes: readFileSync(path) };
  }),
];
const disagreeing = files.map(({ name, bytes }) => disagreement(name, bytes));
assert.deepEqual(disagreeing.filter(Boolean), []);
console.error(
  `  core and peer agree: ${CODES.size} rules, ${files.length} files of ${Math.round(
    files.reduce((sum, { bytes }) => sum + bytes.length, 0) / files.length,
  )} bytes`,
);

console.error(`  not written in JavaScript: ${unwritten.join(', ')}`);

const checker = new Checker();
const candidates = {
  js: ({ bytes }) => check(bytes.toString()),
  wasm: ({ name, bytes }) => checker.add(name, bytes),
  parse: ({ bytes }) => Checker.documents(bytes),
};

/** Returns the microseconds per file of one candidate over all files. */
function round(read) {
  const start = performance.now();
  for (const file of files) read(file);
  return ((performance.now() - start) / files.length) * 1000;
}

const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];
const rounds = { js: [], wasm: [], parse: [] };
for (let n = -5; n < ROUNDS; n += 1) {
  for (const [name, read] of Object.entries(candidates)) {
    const time = round(read);
    // The first rounds warm up the engine.
    if (n >= 0) rounds[name].push(time);
  }
}
const [js, wasm, parse] = ['js', 'wasm', 'parse'].map(n => median(rounds[n]));
printFigure('validate.js_microseconds', js);
printFigure('validate.check_microseconds', wasm);
printFigure('validate.parse_microseconds', parse);
printFigure('validate.speedup_vs_js', js / wasm);
printFigure('validate.ratio_to_parse', wasm / parse);

// Many files in sequence, as the command checks them, read from memory.
const sweep = new Checker({ format: 'text' });
const megabytes = () => process.memoryUsage().rss / 2 ** 20;
let [before, entities] = [0, 0];
const start = performance.now();
for (let n = 0; n < ENTITIES; n += 1) {
  if (n === ENTITIES / 5) before = megabytes();
  const { name, bytes } = files[n % FILES];
  entities += sweep.add(name, bytes).entities;
}
const { failed, errors } = sweep.finish();
assert.ok(failed && errors > 0 && entities === ENTITIES);
printFigure('validate.sweep_100k_seconds', (performance.now() - start) / 1000);
printFigure('validate.sweep_rss_growth_mb', megabytes() - before);
