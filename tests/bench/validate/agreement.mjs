// Whether the JavaScript way finds what the core finds, of the rules that are written in it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checker } from '@backstage-vertex-ai/core/server';
import { check } from './check.mjs';
import { CODES } from './rules.mjs';

const codesOf = findings => [...new Set(findings.map(({ code }) => code))];
const written = codes => codes.filter(code => CODES.has(code)).sort();

/** Returns the core's findings in a file, without those that only the core can distinguish from a syntax error. */
function core(file, bytes) {
  const codes = codesOf(new Checker().add(file, bytes).diagnostics);
  const isOwn = code => code.startsWith('entity/') && !CODES.has(code);
  return codes.some(isOwn) ? undefined : codes;
}

/** What one finds in a file and the other does not, in words. */
export function disagreement(file, bytes) {
  const codes = core(file, bytes);
  if (codes === undefined) return undefined;
  const [theirs, ours] = [codes, codesOf(check(bytes.toString()))].map(written);
  return theirs.join() === ours.join()
    ? undefined
    : `${file}: the core reports [${theirs.join(', ')}], JavaScript [${ours.join(', ')}]`;
}

/** The disagreements about the files in a folder; the rules that none of them breaks, and those that are not written here. */
export function disagreements(folder) {
  const unseen = new Set(CODES);
  const words = [];
  const unwritten = new Set();
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    core(name, bytes)?.forEach(code => unseen.delete(code));
    words.push(disagreement(name, bytes));
    const code = name.split('.').slice(0, 2).join('/');
    if (!CODES.has(code)) unwritten.add(code);
  }
  return {
    words: words.filter(Boolean),
    unseen: [...unseen],
    unwritten: [...unwritten].sort(),
  };
}
