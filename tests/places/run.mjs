// Every place reports the same findings for the same input, to the byte: `cargo xtask test --only "every place"`. The inputs are the
// examples of each rule (`tests/rule-examples`).
//
// Findings are compared as JSON text, including the order of keys. Places that get a file are compared with each other, and so are
// places that get an entity object, which has no lines and columns. Two differences are expected and removed by `named` and
// `inForm`: a text has no file name, and the form's entity has no name yet.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as core from '@backstage-vertex-ai/core';
import { Checker } from '@backstage-vertex-ai/core/server';
import { parseAllDocuments } from 'yaml';
import { AnnotationProcessor } from '../../pkg-js/catalog/src/AnnotationProcessor.ts';
import { registerValidateAnnotations } from '../../pkg-js/catalog/src/actions/validateAnnotations.ts';
import { checkAnnotations } from '../../pkg-js/frontend/src/fields/checkAnnotations.ts';
import { createAnnotationsValidateAction } from '../../pkg-js/scaffolder/src/actions/annotationsValidate/annotationsValidate.ts';
import * as browsersCore from './browsers-core.mjs';

const folder = resolve(process.argv[2]);
const cli = fileURLToPath(
  new URL('../../pkg-js/cli/bin/vertex-ai.js', import.meta.url),
);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Returns the entity of a text as Backstage reads it, unless the text has none or several. */
function entityOf(text) {
  const documents = parseAllDocuments(text);
  if (documents.length !== 1 || documents[0].errors.length > 0)
    return undefined;
  const entity = documents[0].toJS();
  return typeof entity?.metadata === 'object' ? entity : undefined;
}

function read(file) {
  const bytes = readFileSync(join(folder, file));
  try {
    const text = utf8.decode(bytes);
    return { file, bytes, text, entity: entityOf(text) };
  } catch {
    return { file, bytes };
  }
}

const cases = readdirSync(folder).sort().map(read);
const json = findings => JSON.stringify(findings);

/** Adds a file name to the findings of a text. */
const named = (file, findings) =>
  findings.map(finding => {
    const name = where => where && { file, ...where };
    return {
      ...finding,
      ...(finding.where && { where: name(finding.where) }),
      ...(finding.related && {
        related: finding.related.map(({ message, where }) => ({
          message,
          where: name(where),
        })),
      }),
    };
  });

/** Returns the entity as the form has it: annotations only, all of them texts. */
const inForm = ({ entity }) =>
  Object.entries(entity.metadata.annotations ?? {}).every(
    ([, value]) => typeof value === 'string',
  ) && {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'form', annotations: entity.metadata.annotations ?? {} },
  };

/** Compares a place with the reference, for the inputs that `applies` selects. */
function compare(place, reference, said, applies) {
  test(place, async () => {
    const chosen = cases.filter(applies);
    assert.ok(chosen.length > 150, `only ${chosen.length} inputs`);
    let findings = 0;
    for (const input of chosen) {
      const expected = await reference(input);
      assert.equal(json(await said(input)), json(expected), input.file);
      findings += expected.length;
    }
    assert.ok(findings > 100, `only ${findings} findings`);
    console.log(`${place}: ${chosen.length} inputs, ${findings} findings`);
  });
}

const catalogOf = entity => ({ getEntityByRef: async () => entity });
const quiet = { info() {}, warn() {}, error() {}, debug() {} };

/** Runs the scaffolder's action as a task does. */
async function scaffolder(input, entity) {
  const outputs = {};
  await createAnnotationsValidateAction({
    catalog: catalogOf(entity),
    loadCore: async () => ({ ...core, Checker }),
  }).handler({
    input: { ...input, failOn: 'never' },
    workspacePath: folder,
    logger: quiet,
    getInitiatorCredentials: async () => ({}),
    output: (name, value) => {
      outputs[name] = value;
    },
  });
  return outputs.diagnostics;
}

/** Invokes the action of the registry as an agent does. */
async function registry(input, entity) {
  let invoke;
  registerValidateAnnotations({
    actionsRegistry: { register: ({ action }) => (invoke = action) },
    catalog: catalogOf(entity),
  });
  return (await invoke({ input, credentials: {} })).output.diagnostics;
}

// Files.

const ofFile = ({ file, bytes }) => {
  const checker = new Checker();
  const { diagnostics } = checker.add(file, bytes);
  return [...checker.finish().diagnostics, ...diagnostics];
};
const always = () => true;
const isOneEntity = ({ text, entity }) => text !== undefined && entity;

compare(
  'the scaffolder’s action, given a path',
  ofFile,
  ({ file }) => scaffolder({ path: file }),
  always,
);

test('the command', async () => {
  const files = cases.map(({ file }) => file);
  const options = { cwd: folder, maxBuffer: 64 << 20 };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      cli,
      'check',
      '--no-config',
      '--fail-on',
      'never',
      '--format',
      'json',
      ...files,
    ],
    options,
  );
  const checker = new Checker();
  const expected = cases.flatMap(
    ({ file, bytes }) => checker.add(file, bytes).diagnostics,
  );
  expected.push(...checker.finish().diagnostics);
  assert.equal(json(JSON.parse(stdout).diagnostics), json(expected));
  console.log(
    `the command: ${files.length} files, ${expected.length} findings`,
  );
});

test('the command, given a folder', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      cli,
      'check',
      '--no-config',
      '--fail-on',
      'never',
      '--format',
      'json',
      '.',
    ],
    { cwd: folder, maxBuffer: 64 << 20 },
  );
  const checker = new Checker();
  const expected = cases.flatMap(
    ({ file, bytes }) => checker.add(file, bytes, { named: false }).diagnostics,
  );
  expected.push(...checker.finish().diagnostics);
  assert.ok(expected.length > 100);
  assert.equal(json(JSON.parse(stdout).diagnostics), json(expected));
});

compare(
  'the core, given a text',
  ofFile,
  ({ file, text }) => core.validate({ source: { text, file } }).diagnostics,
  isOneEntity,
);
compare(
  'the registry’s action, given a text',
  ofFile,
  async ({ file, text }) => named(file, await registry({ text })),
  isOneEntity,
);
compare(
  'the scaffolder’s action, given a text',
  ofFile,
  async ({ file, text }) => named(file, await scaffolder({ text })),
  isOneEntity,
);

// Entities.

const ofEntity = ({ entity }) =>
  core.validate({ source: { entity } }).diagnostics;
const required = createRequire(import.meta.url)('@backstage-vertex-ai/core');
await browsersCore.init();

test('import and require are one core', () => {
  assert.equal(required.validate, core.validate);
});
compare(
  'the browsers’ core',
  ofEntity,
  ({ entity }) => browsersCore.validate({ source: { entity } }).diagnostics,
  isOneEntity,
);
compare(
  'the catalog’s processor',
  ofEntity,
  async ({ entity }) => {
    const processor = new AnnotationProcessor({ onInvalid: 'warn' });
    const { status } = await processor.postProcessEntity(entity, {}, () => {});
    return (status?.items ?? []).map(({ error }) => error.diagnostic);
  },
  isOneEntity,
);
compare(
  'the registry’s action, given a reference',
  ofEntity,
  ({ entity }) => registry({ entityRef: 'component:default/a' }, entity),
  isOneEntity,
);
compare(
  'the scaffolder’s action, given a reference',
  ofEntity,
  ({ entity }) => scaffolder({ entityRef: 'component:default/a' }, entity),
  isOneEntity,
);
compare(
  'the form',
  // The form asks for the required annotations of a blank description too.
  input =>
    core.validate({ source: { entity: inForm(input) }, required: true })
      .diagnostics,
  ({ entity }) =>
    checkAnnotations(entity.metadata.annotations ?? {}, {
      getOptional: () => undefined,
    }),
  input => isOneEntity(input) && inForm(input),
);

// The card shows the findings beside Google's answer, also if that is empty.
compare(
  'the card',
  ofEntity,
  async ({ entity }) => {
    const report = await browsersCore.status(
      { source: { entity }, proxyUrl: 'http://portal/api/proxy/vertex-ai' },
      { fetch: async () => Response.json({}, { status: 404 }) },
    );
    return report.findings;
  },
  isOneEntity,
);
