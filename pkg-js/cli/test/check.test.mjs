// The real program, in temporary folders.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../bin/vertex-ai.js', import.meta.url));
const GOOD = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: fraud-detector
  annotations:
    google.com/vertex-ai-project: acme-ml
    google.com/vertex-ai-location: us-central1
    google.com/vertex-ai-endpoint: fraud-detector
    google.com/vertex-ai-model: fraud-detector@3
`;
const BAD = `${GOOD}    google.com/vertex-ai-replicas: 3-1\n`;
const MENDED = `${GOOD}    google.com/vertex-ai-replicas: "1-3"\n`;
const shown =
  file => `error[replicas/reversed]: the maximum 1 is less than the minimum 3
  --> ${file}:10:36
   |
10 |     google.com/vertex-ai-replicas: 3-1
   |                                    ^^^
   |
`;

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vertex-ai-cli-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes files by name. */
function write(files) {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Runs the program without the variables that set colours. */
function run(parameters, options = {}) {
  const { NO_COLOR, FORCE_COLOR, GITHUB_ACTIONS, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, ...parameters],
    {
      cwd: folder,
      encoding: 'utf8',
      ...options,
      env: { ...env, ...options.env },
    },
  );
  return { status, stdout, stderr };
}

/** Runs the program as a user without the rights of root; `undefined` where that user cannot run it. */
function asUser(parameters) {
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const done = run(parameters, user);
  return user.uid && !done.stdout ? undefined : done;
}

const check = (...parameters) => run(['check', ...parameters]);
const findings = (...parameters) => {
  const { status, stdout } = check('--format', 'json', ...parameters);
  const { diagnostics } = JSON.parse(stdout);
  return {
    status,
    found: diagnostics.map(({ code, where }) => `${where?.file} ${code}`),
  };
};

test('a file without findings prints one line', () => {
  write({ 'catalog-info.yaml': GOOD });
  assert.deepEqual(check('catalog-info.yaml'), {
    status: 0,
    stdout: 'no errors or warnings in 1 entity of 1 file\n',
    stderr: '',
  });
  assert.equal(check('--quiet', 'catalog-info.yaml').stdout, '');
});

test('a finding shows its line', () => {
  write({ 'a/catalog-info.yaml': BAD });
  const { status, stdout } = check('a/catalog-info.yaml');
  assert.equal(status, 1);
  assert.ok(stdout.startsWith(shown('a/catalog-info.yaml')), stdout);
  assert.ok(
    stdout.includes(`= see: docs/reference/rules/replicas/reversed.md\n`),
    stdout,
  );
  assert.ok(
    stdout.endsWith('\n\n1 error in 1 entity of 1 file, 1 with a fix\n'),
    stdout,
  );
});

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

test('standard input has the name of its option', () => {
  const { status, stdout } = run(
    ['check', '-', '--stdin-filename', 'catalog-info.yaml'],
    { input: BAD },
  );
  assert.equal(status, 1);
  assert.ok(stdout.startsWith(shown('catalog-info.yaml')), stdout);
  assert.equal(run(['check', '-'], { input: GOOD }).status, 0);
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

test('--fix replaces files, keeps their mode and leaves others', () => {
  write({
    'a.yaml': `\ufeff${BAD}`.replaceAll('\n', '\r\n'),
    'b.yaml': GOOD,
    'real/c.yaml': BAD,
  });
  chmodSync(join(folder, 'a.yaml'), 0o640);
  symlinkSync('real/c.yaml', join(folder, 'd.yaml'));
  const before = statSync(join(folder, 'b.yaml'));
  const { status, stdout } = check('--fix', 'a.yaml', 'b.yaml', 'd.yaml');
  assert.equal(
    stdout,
    'no errors or warnings in 3 entities of 3 files, 2 files fixed\n',
  );
  assert.equal(status, 0);
  const read = name => readFileSync(join(folder, name), 'utf8');
  assert.equal(read('a.yaml'), `\ufeff${MENDED}`.replaceAll('\n', '\r\n'));
  assert.equal(statSync(join(folder, 'a.yaml')).mode & 0o777, 0o640);
  assert.equal(statSync(join(folder, 'b.yaml')).ino, before.ino);
  assert.equal(read('real/c.yaml'), MENDED);
  assert.deepEqual(readdirSync(folder).sort(), [
    'a.yaml',
    'b.yaml',
    'd.yaml',
    'real',
  ]);
});

test('reports a read-only file and leaves it', t => {
  write({ 'a.yaml': BAD });
  chmodSync(join(folder, 'a.yaml'), 0o444);
  const done = asUser(['check', '--fix', 'a.yaml', '--format', 'json']);
  if (!done) return t.skip('the user nobody cannot run this program');
  assert.equal(done.status, 2);
  const { diagnostics, mended } = JSON.parse(done.stdout);
  assert.deepEqual(
    diagnostics.map(({ code, message }) => [code, message]),
    [['file/unwritable', '`a.yaml` cannot be written: permission denied']],
  );
  assert.equal(mended, 0);
  assert.equal(readFileSync(join(folder, 'a.yaml'), 'utf8'), BAD);
  return undefined;
});

test('the configuration sets the levels of rules', () => {
  const alias = GOOD.replace('@3', '@latest');
  write({
    'catalog-info.yaml': alias,
    'app-config.yaml': 'vertexAi:\n  rules:\n    model/alias: off\n',
    'other.yaml': 'vertexAi: {rules: {model/alias: error, model/alais: off}}\n',
  });
  const codes = (...parameters) => findings('catalog-info.yaml', ...parameters);
  assert.deepEqual(codes(), { status: 0, found: [] });
  assert.deepEqual(codes('--no-config'), {
    status: 0,
    found: ['catalog-info.yaml model/alias'],
  });
  assert.equal(codes('--no-config', '--fail-on', 'warning').status, 1);
  assert.deepEqual(codes('--config', 'other.yaml'), {
    status: 1,
    found: ['other.yaml config/unknown-rule', 'catalog-info.yaml model/alias'],
  });
  assert.equal(codes('--config', 'other.yaml', '--fail-on', 'never').status, 0);
});

test('colours depend on options and variables', () => {
  write({ 'a.yaml': BAD });
  const isColored = (parameters, env) =>
    run(['check', 'a.yaml', ...parameters], { env }).stdout.includes('\u001b[');
  assert.equal(isColored([], {}), false);
  assert.equal(isColored(['--color'], { NO_COLOR: '1' }), true);
  assert.equal(isColored([], { FORCE_COLOR: '1' }), true);
  assert.equal(isColored([], { FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  assert.equal(isColored(['--no-color'], { FORCE_COLOR: '1' }), false);
});

test('writes every format, also to a file', () => {
  write({ 'a b.yaml': BAD });
  const { results } = JSON.parse(check('--format', 'sarif', 'a b.yaml').stdout)
    .runs[0];
  assert.equal(results[0].ruleId, 'replicas/reversed');
  const { artifactLocation, region } = results[0].locations[0].physicalLocation;
  assert.equal(artifactLocation.uri, 'a%20b.yaml');
  assert.deepEqual(
    [region.startLine, region.startColumn, region.endColumn],
    [10, 36, 39],
  );
  assert.match(
    check('--format', 'github', 'a b.yaml').stdout,
    /^::error file=a b\.yaml,line=10,endLine=10,col=36,endColumn=39,title=replicas\/reversed::/,
  );
  assert.match(
    check('--format', 'markdown', 'a b.yaml').stdout,
    /^\*\*Vertex AI annotations: 1 error /,
  );
  const written = check('--format', 'json', '--output', 'out.json', 'a b.yaml');
  assert.deepEqual(written, { status: 1, stdout: '', stderr: '' });
  assert.equal(JSON.parse(readFileSync(join(folder, 'out.json'))).errors, 1);
});

test('wrong use prints one line', () => {
  write({ 'a.yaml': GOOD });
  for (const [parameters, words] of [
    [[], /the command is missing: see/],
    [['chek'], /the command `chek` does not exist/],
    [['check'], /a PATH is missing/],
    [['check', 'a.yaml', '--fxi'], /Unknown option '--fxi'/],
    [['check', 'a.yaml', '--format'], /--format/],
    [
      ['check', 'a.yaml', '--format', 'xml'],
      /`format` is `xml`; expected one of text, json/,
    ],
    [
      ['check', 'a.yaml', '--fail-on', 'info'],
      /`failOn` is `info`; expected one of error/,
    ],
    [
      ['check', 'a.yaml', '--config', 'none.yaml'],
      /`none\.yaml` cannot be read: file not found/,
    ],
    [
      ['check', 'a.yaml', '--output', 'none/out'],
      /`none\/out` cannot be written: file not found/,
    ],
    [['check', '-', '--fix'], /cannot be used with standard input/],
  ]) {
    const { status, stdout, stderr } = run(parameters);
    assert.deepEqual([status, stdout], [2, ''], parameters.join(' '));
    assert.match(stderr, words);
    assert.match(stderr, /^vertex-ai: .*\n$/);
  }
});

test('help and version', () => {
  const { version } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url)),
  );
  assert.deepEqual(run(['--version']), {
    status: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
  const { status, stdout } = run(['check', '--help']);
  assert.equal(status, 0);
  assert.match(stdout, /vertex-ai check PATH…/);
});

test('ends when the reader of the output closes it', async () => {
  write(
    Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [`${i}.yaml`, BAD]),
    ),
  );
  const child = spawn(process.execPath, [PROGRAM, 'check', '.'], {
    cwd: folder,
  });
  child.stdout.once('data', () => child.stdout.destroy());
  let stderr = '';
  child.stderr.on('data', data => {
    stderr += data;
  });
  const status = await new Promise(resolve => child.on('close', resolve));
  assert.equal(stderr, 'vertex-ai: the reader of the output closed it\n');
  assert.equal(status, 2);
});
