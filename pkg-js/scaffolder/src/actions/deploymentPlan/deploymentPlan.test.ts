import { createMockDirectory } from '@backstage/backend-test-utils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import * as core from '@backstage-vertex-ai/core/server';
import { entity } from '../../__testUtils__/entities';
import { createDeploymentPlanAction } from './deploymentPlan';

const ENDPOINT =
  'projects/acme-ml/locations/us-central1/endpoints/fraud-detector';
const MODEL = 'projects/acme-ml/locations/us-central1/models/fraud-detector';
const REF = 'component:default/fraud-detector';

const workspace = createMockDirectory();
const fetched = jest.spyOn(globalThis, 'fetch');

async function run(
  input: object,
  { isDryRun = false, catalog = [entity] as object[] } = {},
) {
  const action = createDeploymentPlanAction({
    catalog: { getEntityByRef: async () => catalog[0] } as any,
    loadCore: async () => core,
  });
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const outputs: Record<string, any> = {};
  const context = createMockActionContext({
    input,
    workspacePath: workspace.path,
    logger: { info: say, warn: say, error: say } as any,
  });
  Object.assign(context, {
    isDryRun,
    output: (name: string, value: unknown) => {
      outputs[name] = value;
    },
  });
  const failure = await Promise.resolve(action.handler(context as any)).then(
    () => undefined,
    (error: Error) => error,
  );
  return { failure, outputs, log: lines.join('\n') };
}

describe('vertex:deployment:plan', () => {
  it('lists the calls of a deployment and their permissions', async () => {
    const { failure, outputs } = await run({ entityRef: REF });
    expect(failure).toBeUndefined();
    expect(outputs.endpoint).toBe(ENDPOINT);
    expect(outputs.plan.target.model).toBe(`${MODEL}@3`);
    const calls = outputs.plan.steps.map(({ call }: any) => call?.path);
    expect(calls).toContain(`v1/${ENDPOINT}:deployModel`);
    expect(outputs.permissions).toContainEqual({
      permission: 'aiplatform.endpoints.deploy',
      resource: ENDPOINT,
      neededBy: [
        'aiplatform.projects.locations.endpoints.deployModel',
        'aiplatform.projects.locations.operations.cancel',
      ],
    });
  });

  it('logs a summary and returns Markdown', async () => {
    const { outputs, log } = await run({ entityRef: REF });
    expect(outputs.explanation).toContain('aiplatform.endpoints.deploy');
    expect(outputs.explanation).toContain(ENDPOINT);
    expect(log).toContain('deploys `');
  });

  it('behaves the same in a dry run and calls nothing', async () => {
    const wet = await run({ entityRef: REF });
    const dry = await run({ entityRef: REF }, { isDryRun: true });
    expect(dry.failure).toBeUndefined();
    expect(dry.outputs).toEqual(wet.outputs);
    expect(fetched).not.toHaveBeenCalled();
  });

  it('derives the id from the deployment', async () => {
    const [first, again, other] = await Promise.all([
      run({ entityRef: REF }),
      run({ entityRef: REF, modelVersion: '3' }),
      run({ entityRef: REF, modelVersion: '2' }),
    ]);
    expect(first.outputs.deployedModelId).toMatch(/^\d{10}$/);
    expect(again.outputs).toEqual(first.outputs);
    expect(other.outputs.plan.target.model).toBe(`${MODEL}@2`);
    expect(other.outputs.deployedModelId).toMatch(/^\d{10}$/);
    expect(other.outputs.deployedModelId).not.toBe(
      first.outputs.deployedModelId,
    );
  });

  it('plans an environment of an entity without plain annotations', async () => {
    const annotations = Object.fromEntries(
      Object.entries(entity.metadata.annotations).map(([key, value]) => [
        `${key}.canary`,
        value,
      ]),
    );
    const metadata = { ...entity.metadata, annotations };
    const catalog = [{ ...entity, metadata }];
    const canary = { entityRef: REF, environment: 'canary' };
    const { failure, outputs } = await run(canary, { catalog });
    expect(failure).toBeUndefined();
    expect(outputs.plan.target).toMatchObject({
      environment: 'canary',
      endpoint: ENDPOINT,
      model: `${MODEL}@3`,
    });
    const plain = await run({ entityRef: REF }, { catalog });
    expect(plain.failure?.message).toContain('environment/unknown');
  });

  it('leaves the id unknown while an alias names the version', async () => {
    const { failure, outputs } = await run({
      entityRef: REF,
      modelVersion: 'champion',
    });
    expect(failure).toBeUndefined();
    expect(outputs.plan.target.model).toBe(`${MODEL}@champion`);
    expect(outputs.deployedModelId).toBeUndefined();
  });

  it('rejects a wrong version and wrong annotations without output', async () => {
    const version = await run({ entityRef: REF, modelVersion: 'Not One!' });
    expect(version.failure?.name).toBe('InputError');
    expect(version.failure?.message).toContain('request/malformed');
    expect(version.outputs).toEqual({});

    const text = `kind: Component
metadata:
  name: churn
  annotations:
    google.com/vertex-ai-endpoint: projects/acme-ml/locations/europe-west4/endpoints/churn
    google.com/vertex-ai-model: projects/acme-ml/locations/us-central1/models/churn@1
    google.com/vertex-ai-machine-type: n1-standart-4
`;
    workspace.setContent({ 'catalog-info.yaml': text });
    const annotations = await run({ path: 'catalog-info.yaml' });
    expect(annotations.failure?.name).toBe('InputError');
    expect(annotations.failure?.message).toContain(
      '(`endpoint/location-mismatch`)\n  - Place: `catalog-info.yaml:5:36',
    );
    expect(annotations.failure?.message).toContain(
      'did you mean `n1-standard-4`?',
    );
    expect(annotations.log).toContain('endpoint/location-mismatch');
    expect(annotations.outputs).toEqual({});
  });

  it('reports a missing entity', async () => {
    const { failure } = await run({ entityRef: REF }, { catalog: [] });
    expect(failure?.name).toBe('NotFoundError');
    expect(failure?.message).toContain(REF);
  });
});
