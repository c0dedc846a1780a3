// How many failures the core recognises: the entries of the generated reference, which a test holds to the table.
//
//   node tests/bench/diagnose.mjs      prints one JSON line for the figure
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const LEAST = 45;
const index = readFileSync('docs/reference/diagnosis/README.md', 'utf8');
const value = index.match(/^\| \[`[a-z-]+\/[a-z0-9-]+`\]/gm)?.length ?? 0;
console.log(JSON.stringify({ key: 'diagnose.entries', value }));
assert.ok(value >= LEAST, `diagnose.entries is below ${LEAST}`);
