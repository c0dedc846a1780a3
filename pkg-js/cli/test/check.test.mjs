// What the program prints, writes and mends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
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
  MENDED,
  PROGRAM,
  run,
  shown,
  write,
} from '../__testUtils__/program.mjs';

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

test('standard input has the name of its option', () => {
  const { status, stdout } = run(
    ['check', '-', '--stdin-filename', 'catalog-info.yaml'],
    { input: BAD },
  );
  assert.equal(status, 1);
  assert.ok(stdout.startsWith(shown('catalog-info.yaml')), stdout);
  assert.equal(run(['check', '-'], { input: GOOD }).status, 0);
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
