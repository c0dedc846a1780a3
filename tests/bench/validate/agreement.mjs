// Compares the findings of the JavaScript peer with those of the core, for the rules that the peer has.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checker } from '@backstage-vertex-ai/core/server';
import { check } from './check.mjs';
import { CODES } from './rules.mjs';

const codesOf = findings => [...new Set(findings.map(({ code }) => code))];
const shared = codes => codes.filter(code => CODES.has(code)).sort();

/** Returns the codes of the core's findings in a file; `undefined` if the peer sees only a syntax error there. */
function coreCodes(file, bytes) {
  const codes = codesOf(new Checker().add(file, bytes).diagnostics);
  const isCoreOnly = code => code.startsWith('entity/') && !CODES.has(code);
  return codes.some(isCoreOnly) ? undefined : codes;
}

/** Describes the difference between the findings of the two in a file; `undefined` if they agree. */
export function disagreement(file, bytes) {
  const codes = coreCodes(file, bytes);
  if (codes === undefined) return undefined;
  const [core, peer] = [codes, codesOf(check(bytes.toString()))].map(shared);
  return core.join() === peer.join()
    ? undefined
    : `${file}: the core reports [${core.join(', ')}], the peer [${peer.join(', ')}]`;
}

/** Returns the differences over a folder's files, the rules that no file breaks, and the rules that the peer lacks. */
export function disagreements(folder) {
  const untested = new Set(CODES);
  const differences = [];
  const unwritten = new Set();
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    coreCodes(name, bytes)?.forEach(code => untested.delete(code));
    differences.push(disagreement(name, bytes));
    const code = name.split('.').slice(0, 2).join('/');
    if (!CODES.has(code)) unwritten.add(code);
  }
  return {
    differences: differences.filter(Boolean),
    untested: [...untested],
    unwritten: [...unwritten].sort(),
  };
}
