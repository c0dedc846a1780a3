// The speed of checking files: `cargo xtask bench validate`. Both ways begin with a file's bytes and end with its findings. They take turns
// in one process; the figures are medians of the rounds. First both must agree on every example of the rules and on the measured files.
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

const say = (key, value) =>
  console.log(JSON.stringify({ key, value: Number(value.toFixed(3)) }));

const examples = 'target/rule-examples';
execFileSync(
  'cargo',
  ['run', '--quiet', '--locked', '--example', 'rule-examples', examples],
  { stdio: 'inherit' },
);
const { words, unseen, unwritten } = disagreements(examples);
assert.deepEqual(words, []);
assert.deepEqual(unseen, []);
const files = [
  ...corpus(FILES),
  ...['fraud-detector', 'churn-detector', 'website'].map(name => {
    const path = `www/catalog/${name}/catalog-info.yaml`;
    return { name: path, bytes: readFileSync(path) };
  }),
];
const differing = files.map(({ name, bytes }) => disagreement(name, bytes));
assert.deepEqual(differing.filter(Boolean), []);
console.error(
  `  both ways agree: ${CODES.size} rules, ${files.length} files of ${Math.round(
    files.reduce((sum, { bytes }) => sum + bytes.length, 0) / files.length,
  )} bytes`,
);

console.error(`  not written in JavaScript: ${unwritten.join(', ')}`);

const checker = new Checker();
const ways = {
  js: ({ bytes }) => check(bytes.toString()),
  wasm: ({ name, bytes }) => checker.add(name, bytes),
  parse: ({ bytes }) => Checker.documents(bytes),
};

/** Returns the microseconds per file of one way over all files. */
function round(way) {
  const start = performance.now();
  for (const file of files) way(file);
  return ((performance.now() - start) / files.length) * 1000;
}

const median = list => list.toSorted((a, b) => a - b)[list.length >> 1];
const rounds = { js: [], wasm: [], parse: [] };
for (let n = -5; n < ROUNDS; n += 1) {
  for (const [name, way] of Object.entries(ways)) {
    const time = round(way);
    // The first rounds warm up the engine.
    if (n >= 0) rounds[name].push(time);
  }
}
const [js, wasm, parse] = ['js', 'wasm', 'parse'].map(n => median(rounds[n]));
say('validate.js_microseconds', js);
say('validate.check_microseconds', wasm);
say('validate.parse_microseconds', parse);
say('validate.speedup_vs_js', js / wasm);
say('validate.ratio_to_parse', wasm / parse);

// Many files one after the other, as the command checks them, from memory without the disk.
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
say('validate.sweep_100k_seconds', (performance.now() - start) / 1000);
say('validate.sweep_rss_growth_mb', megabytes() - before);
