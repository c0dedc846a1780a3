// Holds the documentation to its own rules: short paragraphs, links and names that lead somewhere, and every configuration key.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configurationKeys } from './configuration.mjs';
import { anchors, links, paragraphs } from './markdown.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const MOST_WORDS = 90;

/** Files that git tracks or would track; a deleted one that is still in the index is no page. */
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\n')
  .filter(file => file && existsSync(join(ROOT, file)));
const pages = files
  .filter(file => file.endsWith('.md') && !file.endsWith('.api.md'))
  .map(file => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));

test('no paragraph has more than 90 words', () => {
  let longest = { words: 0, where: '' };
  const long = [];
  for (const { file, text } of pages) {
    for (const { line, words } of paragraphs(text)) {
      const where = `${file}:${line}`;
      if (words > longest.words) longest = { words, where };
      if (words > MOST_WORDS) long.push(`${where} has ${words} words`);
    }
  }
  console.log(`longest paragraph: ${longest.words} words (${longest.where})`);
  assert.deepEqual(long, []);
});

test('every link leads to a file of this repository and a heading in it', () => {
  const broken = [];
  for (const { file, text } of pages) {
    for (const { line, target } of links(text)) {
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue;
      const [path, anchor] = target.split('#');
      const page = path
        ? join(ROOT, dirname(file), decodeURI(path))
        : join(ROOT, file);
      const where = `${file}:${line} → ${target}`;
      if (relative(ROOT, page).startsWith('..') || !existsSync(page)) {
        broken.push(where);
      } else if (anchor && statSync(page).isFile()) {
        const known = anchors(readFileSync(page, 'utf8'));
        if (!known.has(anchor)) broken.push(`${where} (no such heading)`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

/** What stands in backticks on a page, outside of code blocks. */
const quoted = text =>
  [...text.matchAll(/(?<!`)`([^`\s]+)`(?!`)/g)].map(([, words]) => words);

test('every path in backticks exists', () => {
  const folders = /^(src|pkg-js|tests|docs|emulator|xtask|yaml|www)\//;
  const missing = [];
  for (const { file, text } of pages.filter(
    ({ file }) => !file.endsWith('CHANGELOG.md'),
  )) {
    for (const path of quoted(text)) {
      if (!folders.test(path) || /[{*<…]/.test(path)) continue;
      const places = [ROOT, join(ROOT, dirname(file))];
      if (!places.some(place => existsSync(join(place, path))))
        missing.push(`${file}: ${path}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('every code in backticks is a code or the name of a diagnosis', () => {
  const isCode = words => /^[a-z-]+\/[a-z-]+$/.test(words);
  const listed = file =>
    quoted(readFileSync(join(ROOT, file), 'utf8')).filter(isCode);
  const diagnoses = listed('docs/reference/diagnosis/README.md');
  const codes = new Set([...listed('docs/diagnostics.md'), ...diagnoses]);
  const groups = new Set([...codes].map(code => code.split('/')[0]));
  assert.ok(diagnoses.length > 45 && codes.size - diagnoses.length > 100);
  const unknown = [];
  for (const { file, text } of pages) {
    for (const code of quoted(text).filter(isCode)) {
      if (groups.has(code.split('/')[0]) && !codes.has(code))
        unknown.push(`${file}: ${code}`);
    }
  }
  assert.deepEqual(unknown, []);
});

test('no file cites a file outside of this repository', () => {
  const outside = [
    'shared/facts',
    'shared/cases',
    'shared/DESIGN',
    'shared/STYLE',
  ];
  const own = relative(ROOT, fileURLToPath(import.meta.url));
  const citing = files.filter(file => {
    if (file === own || !/\.(md|rs|ts|tsx|mjs|js|ya?ml|toml|py)$/.test(file))
      return false;
    const text = readFileSync(join(ROOT, file), 'utf8');
    return outside.some(name => text.includes(name));
  });
  assert.deepEqual(citing, []);
});

test('no file names the host of a package registry', () => {
  const hosts = [
    'registry.npmjs' + '.org',
    'npmjs' + '.com',
    'unpkg' + '.com',
    'pypi' + '.org',
  ];
  const naming = files.filter(file => {
    if (
      /(^|\/)(fuzz\/corpus|target)\//.test(file) ||
      /\.(png|wasm)$/.test(file)
    )
      return false;
    const text = readFileSync(join(ROOT, file), 'utf8');
    return hosts.some(host => text.includes(host));
  });
  assert.deepEqual(naming, []);
});

test('the configuration reference names exactly the keys of config.d.ts', () => {
  const schemas = files.filter(file =>
    /^pkg-js\/[^/]+\/config\.d\.ts$/.test(file),
  );
  const keys = new Set(
    schemas.flatMap(file => configurationKeys(join(ROOT, file))),
  );
  const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
  const named = [...page.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, key]) => key);
  assert.deepEqual([...named].sort(), [...keys].sort());
});
