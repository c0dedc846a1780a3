import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { examples as deploy } from './actions/modelDeploy/examples';
import { examples as plan } from './actions/deploymentPlan/examples';
import { examples as iamPlan } from './actions/iamPlan/examples';
import { examples as iamRequest } from './actions/iamRequest/examples';
import { examples as iamVerify } from './actions/iamVerify/examples';
import { examples as validate } from './actions/annotationsValidate/examples';
import { scaffolderModuleVertexAi } from './module';

describe('the module', () => {
  it('registers the actions and inputs that the templates use', async () => {
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
    expect(actions.map(action => action.id)).toEqual([
      'vertex:annotations:validate',
      'vertex:deployment:plan',
      'vertex:iam:plan',
      'vertex:iam:request',
      'vertex:iam:verify',
      'vertex:model:deploy',
    ]);

    for (const name of ['deploy-model', 'request-access']) {
      const file = `../../../scaffolder-templates/${name}/template.yaml`;
      const template = parse(readFileSync(resolve(__dirname, file), 'utf8'));
      for (const step of template.spec.steps) {
        const action = actions.find(({ id }) => id === step.action);
        const known = Object.keys(action.schema.input.properties);
        expect(known).toEqual(expect.arrayContaining(Object.keys(step.input)));
      }
    }
  });

  it.each([
    ['vertex:annotations:validate', validate],
    ['vertex:deployment:plan', plan],
    ['vertex:iam:plan', iamPlan],
    ['vertex:iam:request', iamRequest],
    ['vertex:iam:verify', iamVerify],
    ['vertex:model:deploy', deploy],
  ])('has examples of %s that parse', (id, examples) => {
    expect(examples.length).toBeGreaterThan(0);
    for (const { example } of examples) {
      const { steps } = parse(example);
      expect(steps.some((step: any) => step.action === id)).toBe(true);
    }
  });
});
