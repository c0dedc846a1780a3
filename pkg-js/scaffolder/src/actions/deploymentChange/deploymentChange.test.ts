import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import * as core from '@backstage-vertex-ai/core/server';
import { startFakeBackend, type Plot } from '../../__testUtils__/deployments';
import { entity } from '../../__testUtils__/entities';
import { createDeploymentChangeAction } from './deploymentChange';

const ENTITY = 'component:default/fraud-detector';
const ENDPOINT =
  'projects/acme-ml/locations/us-central1/endpoints/fraud-detector';

let backend: Awaited<ReturnType<typeof startFakeBackend>>;

afterEach(() => backend?.close());

async function run(
  kind: Parameters<typeof createDeploymentChangeAction>[0],
  input: object,
  plot: Plot = {},
  isDryRun = false,
) {
  backend = await startFakeBackend(plot);
  const action = createDeploymentChangeAction(kind, {
    ...backend,
    catalog: { getEntityByRef: async () => entity } as any,
    loadCore: async () => core,
    pauseMillis: 1,
  });
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const context = createMockActionContext({
    input: { entityRef: ENTITY, ...input } as any,
    logger: { info: say, warn: say, error: say } as any,
    task: { id: 'task-1' },
  });
  const outputs: Record<string, unknown> = {};
  // The test utilities ignore overrides of these.
  Object.assign(context, {
    isDryRun,
    step: { id: 'change', name: 'Change' },
    output: (name: string, value: unknown) => {
      outputs[name] = value;
    },
    checkpoint: async ({ fn }: any) => fn(),
  });
  const failure = await Promise.resolve(action.handler(context as any)).then(
    () => undefined,
    (error: Error) => error,
  );
  return { failure, outputs, log: lines.join('\n') };
}

describe('vertex:deployment:{undeploy,traffic,scale,rollback,promote}', () => {
  it('starts a change of its kind and outputs what was removed', async () => {
    const removed = ['deployed model 7', 'endpoint `fraud-detector`'];
    const { failure, outputs } = await run(
      'undeploy',
      { all: true, deleteEndpoint: 'fraud-detector' },
      { end: () => ({ removed, traffic: 0 }) },
    );
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ endpoint: ENDPOINT, removed, traffic: 0 });
    expect(backend.calls[0]).toMatchObject({
      line: 'POST /deployments',
      token: 'user-token',
      body: {
        entityRef: ENTITY,
        kind: 'undeploy',
        all: true,
        deleteEndpoint: 'fraud-detector',
      },
    });
  });

  it('outputs the share that was reached', async () => {
    const { outputs } = await run(
      'traffic',
      { deployedModelId: '7', traffic: 20 },
      { end: () => ({ deployedModelId: '7', traffic: 20 }) },
    );
    expect(outputs).toMatchObject({ deployedModelId: '7', traffic: 20 });
    expect(backend.calls[0].body).toMatchObject({
      kind: 'traffic',
      deployedModelId: '7',
      traffic: 20,
    });
  });

  it('names what stays when the change fails', async () => {
    const { failure } = await run(
      'undeploy',
      { deployedModelId: '7' },
      {
        end: () => ({
          state: 'cancelled',
          notUndone: ['deployed model 7 was undeployed already'],
        }),
      },
    );
    expect(failure?.message).toContain('deployed model 7 was undeployed');
  });

  it('plans in a dry run, and calls nothing', async () => {
    const input = { deployedModelId: '7', minReplicas: 2, maxReplicas: 5 };
    const { failure, outputs, log } = await run('scale', input, {}, true);
    expect(failure).toBeUndefined();
    // The tables are an output; the log has one line.
    expect(log.split('\n')).toEqual([
      expect.stringMatching(/with 2 to 5 replicas: 1 step, 2 permissions$/),
    ]);
    expect(outputs).toEqual({
      explanation: expect.stringContaining('| permission | on | for |'),
      endpoint: ENDPOINT,
      deployedModelId: '7',
      removed: [],
    });
    expect(backend.calls).toEqual([]);
  });

  it.each([
    ['rollback', { deployment: '1b2c' }],
    ['promote', { from: 'staging', environment: 'production' }],
  ] as const)('lets the backend find the version of a %s', async (kind, of) => {
    await run(kind, of);
    expect(backend.calls[0]).toMatchObject({
      line: 'POST /deployments',
      body: { entityRef: ENTITY, kind, ...of },
    });
    await backend.close();

    const plan = { endpoint: ENDPOINT, deployedModelId: '7' };
    const report = { plan, summary: 'goes back to `m@3`', diagnostics: [] };
    const { outputs, log } = await run(kind, of, { plan: report }, true);
    expect(backend.calls.map(({ line }) => line)).toEqual([
      'POST /deployments/plan',
    ]);
    expect(log).toContain('goes back to `m@3`');
    expect(outputs).toMatchObject({ deployedModelId: '7' });
  });

  it('refuses an endpoint that is not confirmed, in a dry run, too', async () => {
    const input = { all: true, deleteEndpoint: 'another' };
    const { failure } = await run('undeploy', input, {}, true);
    expect(failure?.message).toContain('`another`');
  });
});
