import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import * as core from '@backstage-vertex-ai/core/server';
import {
  entity,
  startFakePortal,
  type Behaviour,
} from '../../__testUtils__/portal';
import { createModelDeployAction } from './modelDeploy';

let portal: Awaited<ReturnType<typeof startFakePortal>>;

async function run(
  behaviour: Behaviour = {},
  more: { signal?: AbortSignal; isDryRun?: boolean } = {},
) {
  portal = await startFakePortal(behaviour);
  const action = createModelDeployAction({
    ...portal,
    loadCore: async () => core,
  });
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const context = createMockActionContext({
    input: { entityRef: 'component:default/fraud-detector' },
    logger: { info: say, warn: say, error: say } as any,
  });
  const outputs: Record<string, unknown> = {};
  // The test utilities ignore overrides of these.
  Object.assign(context, {
    ...more,
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

afterEach(() => portal.close());

describe('vertex:model:deploy', () => {
  it('tells every stage, and outputs what serves', async () => {
    const { failure, outputs, log } = await run({
      stages: ['STARTING_DEPLOYMENT', 'ADDING_NODES_TO_CLUSTER'],
    });
    expect(failure).toBeUndefined();
    expect(log).toContain('[1/10] STARTING_DEPLOYMENT');
    expect(log).toContain('[4/10] ADDING_NODES_TO_CLUSTER');
    expect(outputs).toEqual({
      endpoint:
        'projects/acme-ml/locations/us-central1/endpoints/fraud-detector',
      deployedModelId: expect.stringMatching(/^\d{10}$/),
      model: 'projects/acme-ml/locations/us-central1/models/fraud-detector@3',
      operation: expect.stringMatching(/operations\/2$/),
      consoleUrl: expect.stringContaining('project=acme-ml'),
    });
  });

  it('goes on when the user’s credentials have ended', async () => {
    const { failure } = await run({
      stages: ['PREPARING_MODEL', 'FINISHING_UP'],
      userExpires: true,
    });
    expect(failure).toBeUndefined();
    const after = portal.calls.slice(
      portal.calls.findIndex(call => call.line.endsWith(':deployModel')) + 1,
    );
    expect(after.length).toBeGreaterThan(1);
    expect(new Set(after.map(call => call.identity))).toEqual(
      new Set(['service-token']),
    );
  });

  it('fails with Google’s reason, and leaves nothing behind', async () => {
    const { failure } = await run({
      error: { code: 9, message: 'Model server exited unexpectedly.' },
    });
    expect(failure?.message).toContain('deploy/operation-failed');
    expect(failure?.message).toContain('Model server exited unexpectedly.');
    expect(failure?.message).toContain('endpoint `fraud-detector`');
    expect(portal.hasEndpoint).toBe(false);
  });

  it('names the permission that is missing, and the resource', async () => {
    const { failure } = await run({ denied: ':deployModel' });
    expect(failure?.message).toContain('aiplatform.endpoints.deploy');
    expect(failure?.message).toContain('endpoints/fraud-detector');
    expect(portal.hasEndpoint).toBe(false);
  });

  it('stops when the task is cancelled, and takes everything back', async () => {
    const controller = new AbortController();
    const { failure } = await run(
      {
        stages: Array(50).fill('CREATING_SERVING_CLUSTER'),
        onLook: () => controller.abort(),
      },
      { signal: controller.signal },
    );
    expect(failure?.message).toContain('cancelled');
    expect(portal.calls.some(call => call.line.includes(':cancel'))).toBe(true);
    expect(portal.hasEndpoint).toBe(false);
  });

  it('calls nothing in a dry run', async () => {
    const { failure, outputs, log } = await run({}, { isDryRun: true });
    expect(failure).toBeUndefined();
    expect(portal.calls).toEqual([]);
    expect(outputs.deployedModelId).toMatch(/^\d{10}$/);
    expect(log).toContain('aiplatform.endpoints.deploy');
  });

  it('refuses wrong annotations before it calls anything', async () => {
    const { annotations } = entity.metadata as { annotations: any };
    annotations['google.com/vertex-ai-machine-type'] = 'n1-standart-4';
    try {
      const { failure } = await run();
      expect(failure?.message).toContain('did you mean `n1-standard-4`?');
      expect(portal.calls).toEqual([]);
    } finally {
      delete annotations['google.com/vertex-ai-machine-type'];
    }
  });
});
