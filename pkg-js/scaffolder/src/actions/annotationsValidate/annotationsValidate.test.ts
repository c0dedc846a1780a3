import { createMockDirectory } from '@backstage/backend-test-utils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import type { Diagnostic, RuleSettings } from '@backstage-vertex-ai/core';
import * as core from '@backstage-vertex-ai/core/server';
import { entity } from '../../__testUtils__/portal';
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

  it('says where in a file of the workspace something is wrong', async () => {
    workspace.setContent({ 'catalog-info.yaml': WRONG });
    const { failure, outputs } = await run({ path: 'catalog-info.yaml' });
    expect(failure?.message).toContain('annotation/missing');
    expect(failure?.message).toContain('catalog-info.yaml:5:5');
    expect(outputs.valid).toBe(false);
  });

  it('only reports where it is told to', async () => {
    const { failure, outputs } = await run({ text: WRONG, failOn: 'never' });
    expect(failure).toBeUndefined();
    expect(outputs.diagnostics.length).toBeGreaterThan(1);
  });

  it('heeds the rules of the configuration', async () => {
    const codes = async (rules?: RuleSettings) =>
      (await run({ text: WRONG, failOn: 'never' }, rules)).outputs.diagnostics
        .map(({ code }: Diagnostic) => code)
        .join(' ');
    expect(await codes()).toContain('annotation/unknown');
    const off = await codes({ 'annotation/unknown': 'off' });
    expect(off).not.toContain('annotation/unknown');
    expect(await codes({ 'no/rule': 'off' })).toContain('config/unknown-rule');
  });

  it('reads nothing outside the workspace, and needs exactly one source', async () => {
    expect((await run({ path: '../../etc/passwd' })).failure).toBeDefined();
    expect((await run({})).failure?.message).toContain('exactly one');
    expect((await run({ text: 'a', path: 'b' })).failure).toBeDefined();
  });
});
