import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import * as core from '@backstage-vertex-ai/core/server';
import {
  entity,
  startFakePortal,
  type Behaviour,
  type Fault,
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
  // The core's pauses end at once.
  const clock = setInterval(() => jest.runOnlyPendingTimers(), 1);
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
  clearInterval(clock);
  return { failure, outputs, log: lines.join('\n') };
}

// The core's pauses, and nothing of the network's.
beforeEach(() =>
  jest.useFakeTimers({
    doNotFake: [
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
    ],
  }),
);
afterEach(() => {
  jest.useRealTimers();
  return portal.close();
});

describe('vertex:model:deploy', () => {
  it('logs every stage and outputs what serves', async () => {
    const { failure, outputs, log } = await run({
      stages: ['STARTING_DEPLOYMENT', 'ADDING_NODES_TO_CLUSTER'],
    });
    expect(failure).toBeUndefined();
    expect(log).toContain('[1/8] STARTING_DEPLOYMENT');
    expect(log).toContain('[4/8] ADDING_NODES_TO_CLUSTER');
    expect(outputs).toEqual({
      endpoint:
        'projects/acme-ml/locations/us-central1/endpoints/fraud-detector',
      deployedModelId: expect.stringMatching(/^\d{10}$/),
      model: 'projects/acme-ml/locations/us-central1/models/fraud-detector@3',
      operation: expect.stringMatching(/operations\/2$/),
      consoleUrl: expect.stringContaining('project=acme-ml'),
    });
  });

  it('continues after the user’s credentials have expired', async () => {
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

  it('fails with Google’s reason and leaves nothing behind', async () => {
    const { failure } = await run({
      error: { code: 9, message: 'Model server exited unexpectedly.' },
    });
    expect(failure?.message).toContain('deploy/operation-failed');
    expect(failure?.message).toContain('Model server exited unexpectedly.');
    expect(failure?.message).toContain('endpoint `fraud-detector`');
    expect(portal.hasEndpoint).toBe(false);
  });

  it('names the missing permission and its resource', async () => {
    const { failure } = await run({ denied: ':deployModel' });
    expect(failure?.message).toContain('aiplatform.endpoints.deploy');
    expect(failure?.message).toContain('endpoints/fraud-detector');
    expect(portal.hasEndpoint).toBe(false);
  });

  it('rolls everything back when the task is cancelled', async () => {
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
    expect(log).toContain('deploys `');
  });

  it('rejects wrong annotations before the first call', async () => {
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

describe('vertex:model:deploy when Google falters', () => {
  const google = (status: number, name: string, message: string) => ({
    status,
    body: { error: { code: status, status: name, message } },
  });
  /** What the portal's proxy says where Google, or the emulator, does not answer. */
  const unreachable = {
    status: 502,
    body: {
      error: { name: 'BadGatewayError', message: 'no answer' },
      diagnostic: {
        code: 'network/unreachable',
        severity: 'error',
        message: 'Google does not answer at its address, or hung up',
        help: 'check that the emulator runs',
      },
    },
  };

  it.each<[string, Fault['answer'], string]>([
    [
      'is busy',
      {
        ...google(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.'),
        headers: { 'retry-after': '7' },
      },
      'Quota exceeded.; try 2 of 10 in 7000 ms',
    ],
    [
      'is down',
      google(503, 'UNAVAILABLE', 'The service is unavailable.'),
      'The service is unavailable.; try 2 of 5',
    ],
    ['is not reached', unreachable, 'or hung up; try 2 of 5'],
    ['answers by half', 'half', 'the answer was cut off; try 2 of 5'],
    ['loses its answer', 'none', 'does not answer; try 2 of 5'],
  ])('tries again when it %s', async (_, answer, line) => {
    const { failure, outputs, log } = await run({
      faults: [{ on: ':deployModel', times: 1, answer }],
    });
    expect(failure).toBeUndefined();
    expect(log).toContain(line);
    expect(outputs.deployedModelId).toMatch(/^\d{10}$/);
  });

  it.each<[string, Fault['answer'], string[]]>([
    [
      'is not running',
      unreachable,
      ['network/unreachable', 'does not answer', 'that the emulator runs'],
    ],
    [
      'stays busy',
      google(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.'),
      ['google/resource-exhausted', 'Quota exceeded.', 'ask for more quota'],
    ],
    [
      'never answers to the end',
      'half',
      ['google/answer-unreadable', 'the answer was cut off'],
    ],
  ])('gives up when it %s, and reports why', async (_, answer, words) => {
    const { failure, outputs, log } = await run({
      faults: [{ on: '', times: Infinity, answer }],
    });
    for (const word of words) expect(failure?.message).toContain(word);
    expect(log).toContain('try 5 of 5');
    expect(portal.calls).toHaveLength(5);
    expect(outputs).toEqual({});
  });

  it('rolls back when it gives up halfway', async () => {
    const { failure } = await run({
      faults: [
        {
          on: ':deployModel',
          times: Infinity,
          answer: google(503, 'UNAVAILABLE', 'The service is unavailable.'),
        },
      ],
    });
    expect(failure?.message).toContain('google/unavailable');
    expect(failure?.message).toContain('endpoint `fraud-detector`');
    expect(portal.hasEndpoint).toBe(false);
  });

  it('reports that a denial may hide a missing resource', async () => {
    const { failure } = await run({ denied: '/models/' });
    expect(failure?.message).toContain('aiplatform.models.get');
    expect(failure?.message).toContain('or the resource does not exist');
    expect(portal.calls).toHaveLength(1);
  });

  it('reports that the portal’s own proxy does not answer', async () => {
    const { failure, log } = await run({
      faults: [{ on: '', times: Infinity, answer: 'none' }],
    });
    expect(failure?.message).toContain('network/unreachable');
    expect(failure?.message).toContain("the portal's backend runs");
    expect(log).toContain('The proxy cannot be reached');
  });
});
