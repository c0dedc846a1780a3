// The share of the writable fields of Google's API that an annotation sets, checked by Google's own description.
//
//   node tests/bench/express.mjs      prints one JSON line for the figure
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

const KEY = 'express.v1_fields_ratio';
const LEAST = 0.85;

const { stdout, status } = spawnSync('python3', ['tests/conformance/run.py'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
console.log(stdout);
assert.equal(status, 0, 'a request differs from the description');
const line = stdout.split('\n').find(text => text.includes(`"${KEY}"`));
assert.ok(line, 'the check has printed no figure');
assert.ok(JSON.parse(line).value >= LEAST, `${KEY} is below ${LEAST}`);
