import { createMockDirectory } from '@backstage/backend-test-utils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import type { Diagnostic, RuleSettings } from '@backstage-vertex-ai/core';
import * as core from '@backstage-vertex-ai/core/server';
import { symlinkSync } from 'node:fs';
import { entity } from '../../__testUtils__/entities';
import { createAnnotationsValidateAction } from './annotationsValidate';

const workspace = createMockDirectory();
const WRONG = `kind: Component
metadata:
  name: churn
  annotations:
    google.com/vertex-ai-modle: churn
    google.com/vertex-ai-endpoint: churn
`;

async function run(input: object, rules?: RuleSettings) {
  const action = createAnnotationsValidateAction({
    catalog: { getEntityByRef: async () => entity } as any,
    loadCore: async () => core,
    rules,
  });
  const outputs: Record<string, any> = {};
  const context = createMockActionContext({
    input,
    workspacePath: workspace.path,
  });
  Object.assign(context, {
    output: (name: string, value: unknown) => {
      outputs[name] = value;
    },
  });
  const failure = await Promise.resolve(action.handler(context as any)).then(
    () => undefined,
    (error: Error) => error,
  );
  return { failure, outputs };
}

describe('vertex:annotations:validate', () => {
  it('passes an entity of the catalog', async () => {
    const { failure, outputs } = await run({
      entityRef: 'component:default/x',
    });
    expect(failure).toBeUndefined();
    expect(outputs).toEqual({ valid: true, diagnostics: [] });
  });

  it('reports the position of a mistake in a file', async () => {
    workspace.setContent({ 'catalog-info.yaml': WRONG });
    const { failure, outputs } = await run({ path: 'catalog-info.yaml' });
    expect(failure?.message).toContain('annotation/missing');
    expect(failure?.message).toContain('catalog-info.yaml:5:5');
    expect(outputs.valid).toBe(false);
  });

  it('only reports when configured', async () => {
    const { failure, outputs } = await run({ text: WRONG, failOn: 'never' });
    expect(failure).toBeUndefined();
    expect(outputs.diagnostics.length).toBeGreaterThan(1);
  });

  it('checks every entity of a folder despite a bad file', async () => {
    const other = WRONG.replaceAll('churn', 'fraud');
    workspace.setContent({
      'a/catalog-info.yaml': `${WRONG}---\n${other}`,
      'b/catalog-info.yaml':
        'apiVersion: backstage.io/v1alpha1\nmetadata: [google.com/vertex-ai-model',
      'c/catalog-info.yml': other,
      'c/values.yaml': 'replicas: 3',
      'c/notes.md': WRONG,
      'node_modules/d/catalog-info.yaml': WRONG,
    });
    symlinkSync('/etc', workspace.resolve('e'));
    const { failure, outputs } = await run({ path: '.' });
    const misspelt = outputs.diagnostics
      .filter(({ code }: Diagnostic) => code === 'annotation/unknown')
      .map(({ where }: Diagnostic) => `${where?.file}:${where?.start?.line}`);
    expect(misspelt).toEqual([
      'a/catalog-info.yaml:5',
      'a/catalog-info.yaml:12',
      'c/catalog-info.yml:5',
    ]);
    const files = outputs.diagnostics.map(
      ({ where }: Diagnostic) => where?.file,
    );
    expect([...new Set(files)]).toEqual([
      'a/catalog-info.yaml',
      'b/catalog-info.yaml',
      'c/catalog-info.yml',
    ]);
    expect(outputs.valid).toBe(false);
    expect(failure?.message).toContain('b/catalog-info.yaml');
  });

  it('reports a folder without entities and a missing file', async () => {
    workspace.setContent({ 'empty/notes.md': 'nothing' });
    const empty = await run({ path: 'empty' });
    expect(empty.failure?.message).toContain('file/no-entity');
    const missing = await run({ path: 'missing.yaml' });
    expect(missing.failure?.message).toContain('ENOENT');
    expect(missing.failure?.message).not.toContain(workspace.path);
  });

  it('applies the rules of the configuration', async () => {
    const codes = async (rules?: RuleSettings) =>
      (await run({ text: WRONG, failOn: 'never' }, rules)).outputs.diagnostics
        .map(({ code }: Diagnostic) => code)
        .join(' ');
    expect(await codes()).toContain('annotation/unknown');
    const off = await codes({ 'annotation/unknown': 'off' });
    expect(off).not.toContain('annotation/unknown');
    expect(await codes({ 'no/rule': 'off' })).toContain('config/unknown-rule');
  });

  it('reads nothing outside of the workspace and requires exactly one source', async () => {
    expect((await run({ path: '../../etc/passwd' })).failure).toBeDefined();
    expect((await run({})).failure?.message).toContain('exactly one');
    expect((await run({ text: 'a', path: 'b' })).failure).toBeDefined();
  });
});
