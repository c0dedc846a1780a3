// How much of a scenario of Google's own Python clients the emulator passes.
//
//   node tests/bench/emulator.mjs      prints one JSON line for the figure
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

const KEY = 'emulator.sdk_steps_ratio';
const LEAST = 0.95;

function run(command, ...args) {
  const { stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return stdout;
}

run('cargo', 'build', '--quiet', '--locked', '--package', 'emulator');
const output = run('python3', 'emulator/tests/google_python/scenario.py');
console.log(output);
const line = output.split('\n').find(text => text.includes(`"${KEY}"`));
assert.ok(line, 'the scenario has printed no figure');
assert.ok(JSON.parse(line).value >= LEAST, `${KEY} is below ${LEAST}`);
