import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { scaffolderModuleVertexAi } from './module';

/** The actions that the module registers. */
async function registered() {
  const actions: any[] = [];
  const backend = await startTestBackend({
    extensionPoints: [
      [
        scaffolderActionsExtensionPoint,
        { addActions: (...added: any[]) => actions.push(...added) },
      ],
    ],
    features: [
      scaffolderModuleVertexAi,
      mockServices.discovery.factory(),
      catalogServiceMock.factory(),
    ],
  });
  await backend.stop();
  return actions;
}

describe('the module', () => {
  it('registers the actions and inputs that the templates use', async () => {
    const actions = await registered();
    expect(actions.map(action => action.id)).toEqual([
      'vertex:annotations:validate',
      'vertex:deployment:plan',
      'vertex:deployment:start',
      'vertex:deployment:undeploy',
      'vertex:deployment:traffic',
      'vertex:deployment:scale',
      'vertex:deployment:rollback',
      'vertex:deployment:promote',
      'vertex:iam:plan',
      'vertex:iam:request',
      'vertex:iam:verify',
      'vertex:model:deploy',
      'vertex:preflight',
    ]);

    for (const name of [
      'deploy-model',
      'promote-model',
      'request-access',
      'roll-back-model',
      'scale-model',
      'shift-traffic',
      'undeploy-model',
    ]) {
      const file = `../../../scaffolder-templates/${name}/template.yaml`;
      const template = parse(readFileSync(resolve(__dirname, file), 'utf8'));
      for (const step of template.spec.steps) {
        const action = actions.find(({ id }) => id === step.action);
        const known = Object.keys(action.schema.input.properties);
        expect(known).toEqual(expect.arrayContaining(Object.keys(step.input)));
      }
    }
  });

  it('has examples of every action that parse and use it', async () => {
    for (const { id, examples } of await registered()) {
      expect(examples).not.toHaveLength(0);
      for (const { example } of examples) {
        const { steps } = parse(example);
        expect(steps.map((step: any) => step.action)).toContain(id);
      }
    }
  });
});
