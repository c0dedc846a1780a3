// Which files the program reads, and which it leaves.
import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  asUser,
  BAD,
  check,
  findings,
  folder,
  GOOD,
  write,
} from '../__testUtils__/program.mjs';

test('walks folders in order and ignores other files', () => {
  write({
    'b/catalog-info.yaml': BAD,
    'a.yml': BAD,
    'c.json': JSON.stringify({ version: 1 }),
    'values.yaml': '{{ broken\n',
    'notes.txt': BAD,
    'node_modules/x/catalog-info.yaml': BAD,
    'dist/catalog-info.yaml': BAD,
    '.git/catalog-info.yaml': BAD,
  });
  const expected = [
    'a.yml replicas/reversed',
    'b/catalog-info.yaml replicas/reversed',
  ];
  assert.deepEqual(findings('.'), { status: 1, found: expected });
  assert.deepEqual(findings('.', 'a.yml', './b'), {
    status: 1,
    found: expected,
  });
});

test('expands globs that the shell leaves', () => {
  write({
    'x/a.yaml': BAD,
    'x/y/b.yaml': BAD,
    'x/c.json': BAD,
    '[id].yaml': BAD,
  });
  assert.deepEqual(findings('x/**/*.yaml').found, [
    'x/a.yaml replicas/reversed',
    'x/y/b.yaml replicas/reversed',
  ]);
  assert.deepEqual(findings('[id].yaml').found, [
    '[id].yaml replicas/reversed',
  ]);
  const nothing = check('z/*.yaml');
  assert.equal(nothing.status, 2);
  assert.match(nothing.stdout, /z\/\*\.yaml\n/);
  assert.match(nothing.stdout, /`z\/\*\.yaml` cannot be read: no file matches/);
});

test('a bad file hides no finding of others', () => {
  write({
    'a.yaml': 'kind: [\n',
    'c.yaml': BAD,
    'd.yaml': Buffer.from([0xff, 0, 0xfe]),
  });
  symlinkSync('loop.yaml', join(folder, 'loop.yaml'));
  const { status, found } = findings(
    'a.yaml',
    'b.yaml',
    'c.yaml',
    'd.yaml',
    'loop.yaml',
  );
  assert.equal(status, 2);
  assert.deepEqual(found.slice(0, 3), [
    'a.yaml entity/syntax',
    'b.yaml file/unreadable',
    'c.yaml replicas/reversed',
  ]);
  assert.match(found[3], /^d\.yaml entity\//);
  assert.equal(found.at(-1), 'loop.yaml file/unreadable');
});

test('follows links to files only', () => {
  write({ 'real/a.yaml': GOOD });
  symlinkSync('..', join(folder, 'real/up.yaml'));
  symlinkSync('a.yaml', join(folder, 'real/b.yaml'));
  assert.equal(
    check('.').stdout,
    'no errors or warnings in 2 entities of 2 files\n',
  );
  symlinkSync('loop.yaml', join(folder, 'real/loop.yaml'));
  assert.deepEqual(findings('.'), {
    status: 2,
    found: ['real/loop.yaml file/unreadable'],
  });
});

test('reports files and folders without permission', t => {
  write({ 'a.yaml': GOOD, 'closed/b.yaml': GOOD, 'c.yaml': BAD });
  chmodSync(join(folder, 'a.yaml'), 0);
  chmodSync(join(folder, 'closed'), 0);
  const done = asUser(['check', '.', '--format', 'json']);
  chmodSync(join(folder, 'closed'), 0o755);
  if (!done) return t.skip('the user nobody cannot run this program');
  const { status, stdout } = done;
  assert.equal(status, 2);
  assert.deepEqual(
    JSON.parse(stdout).diagnostics.map(({ message, where }) => [
      where.file,
      message,
    ]),
    [
      ['a.yaml', '`a.yaml` cannot be read: permission denied'],
      ['c.yaml', 'the maximum 1 is less than the minimum 3'],
      ['closed', '`closed` cannot be read: permission denied'],
    ],
  );
  return undefined;
});

test('a folder without an entity fails', () => {
  write({ 'values.yaml': 'a: 1\n' });
  mkdirSync(join(folder, 'empty'));
  for (const path of ['.', 'empty']) {
    assert.deepEqual(findings(path), {
      status: 1,
      found: ['undefined file/no-entity'],
    });
  }
  assert.deepEqual(
    [...new Set(findings('values.yaml').found)],
    ['values.yaml entity/not-an-entity'],
  );
});

/** A generated file of an organisation: 2.7 MB of documents, as public repositories have them. */
const ORGANISATION = Array.from(
  { length: 15_000 },
  (_, i) => `apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: user-${i}
  description: ${'é'.repeat(40)}
spec:
  memberOf: []
---
`,
).join('');

test('a large file without our annotations does not fail the check of a folder', () => {
  write({ 'org/users.yaml': ORGANISATION, 'catalog-info.yaml': GOOD });
  assert.deepEqual(check('.'), {
    status: 0,
    stdout: 'no errors or warnings in 1 entity of 2 files, 1 file skipped\n',
    stderr: '',
  });
  assert.equal(check('org').status, 0);
  assert.deepEqual(findings('org/users.yaml'), {
    status: 1,
    found: ['org/users.yaml entity/too-large'],
  });
});

test('a large file with one of our annotations anywhere is an error', () => {
  // At the borders of the parts that are read.
  const most = 1 << 20;
  const places = [0, most - 5, most, most + 1, 2 * most - 40, 2 * most - 70];
  for (const at of [...places, ORGANISATION.length]) {
    const text = Buffer.concat([
      Buffer.from(ORGANISATION).subarray(0, at),
      Buffer.from('\n# google.com/vertex-ai-model: fraud-detector\n'),
      Buffer.from(ORGANISATION).subarray(at),
    ]);
    write({ 'users.yaml': text });
    assert.deepEqual(
      findings('.'),
      { status: 1, found: ['users.yaml entity/too-large'] },
      `${at}`,
    );
  }
});

test('large data that is not meant for Backstage is ignored', () => {
  write({
    'data.json': `[${'{"url": "google.com/vertex-ai-model"},'.repeat(3)}${'1,'.repeat(1 << 20)}1]`,
    'other.json': JSON.stringify('x'.repeat(2 << 20)),
    'catalog-info.yaml': GOOD,
  });
  assert.deepEqual(findings('.').found, ['data.json entity/too-large']);
  rmSync(join(folder, 'data.json'));
  assert.equal(
    check('.').stdout,
    'no errors or warnings in 1 entity of 2 files\n',
  );
});

test('skeletons of templates do not fail the check of a folder', () => {
  write({
    'expressions/catalog-info.yaml':
      'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: myapp-{{ moduleName | lower }}\n  description: {{ moduleName }} bounded\n',
    'statements/catalog-info.yaml': GOOD.replace(
      'kind: Component\n',
      '# {%- if api %}\nkind: API\n# {%- else %}\nkind: Component\n# {%- endif %}\n',
    ),
  });
  const done = check('.');
  assert.equal(done.status, 0, done.stdout);
  assert.match(done.stdout, /^no errors .*, 2 files skipped\n$/);
  assert.equal(check('statements/catalog-info.yaml').status, 1);
});

test('rejects 100 MB without reading them', () => {
  write({ 'big.yaml': GOOD });
  truncateSync(join(folder, 'big.yaml'), 100 << 20);
  const start = performance.now();
  assert.deepEqual(findings('big.yaml'), {
    status: 1,
    found: ['big.yaml entity/too-large'],
  });
  assert.ok(performance.now() - start < 5000);
});
