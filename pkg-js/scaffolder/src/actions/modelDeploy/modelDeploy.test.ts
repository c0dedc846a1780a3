import { createMockDirectory } from '@backstage/backend-test-utils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import * as core from '@backstage-vertex-ai/core/server';
import { startFakeBackend, type Plot } from '../../__testUtils__/deployments';
import { entity } from '../../__testUtils__/entities';
import { createModelDeployAction } from './modelDeploy';

const STAGE = {
  kind: 'stage',
  message: 'Preparing the model',
  stage: 'PREPARING_MODEL',
  stageIndex: 2,
  stageCount: 10,
};

const workspace = createMockDirectory();
let backend: Awaited<ReturnType<typeof startFakeBackend>>;
let checkpoints: Map<string, any>;

async function start(plot: Plot = {}) {
  backend = await startFakeBackend(plot);
  checkpoints = new Map();
}
afterEach(() => backend?.close());

/** Runs the action once; checkpoints outlast it, as in a task. */
async function run(
  input: Record<string, unknown> = {},
  more: { signal?: AbortSignal; isDryRun?: boolean; task?: string } = {},
) {
  const action = createModelDeployAction({
    ...backend,
    catalog: { getEntityByRef: async () => entity } as any,
    loadCore: async () => core,
    pauseMillis: 1,
  });
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const context = createMockActionContext({
    input: { entityRef: 'component:default/fraud-detector', ...input } as any,
    logger: { info: say, warn: say, error: say } as any,
    workspacePath: workspace.path,
    task: { id: more.task ?? 'task-1' },
  });
  const outputs: Record<string, unknown> = {};
  // The test utilities ignore overrides of these.
  Object.assign(context, {
    signal: more.signal,
    isDryRun: more.isDryRun,
    step: { id: 'deploy', name: 'Deploy' },
    output: (name: string, value: unknown) => {
      outputs[name] = value;
    },
    checkpoint: async ({ key, fn }: any) => {
      if (!checkpoints.has(key)) checkpoints.set(key, await fn());
      return checkpoints.get(key);
    },
  });
  const failure = await Promise.resolve(action.handler(context as any)).then(
    () => undefined,
    (error: Error) => error,
  );
  return { failure, outputs, log: lines.join('\n') };
}

describe('vertex:model:deploy', () => {
  it('logs every stage and outputs what serves', async () => {
    await start({ progress: [STAGE, { kind: 'done', message: 'It serves' }] });
    const { failure, outputs, log } = await run({ environment: 'staging' });
    expect(failure).toBeUndefined();
    expect(log).toContain('[2/10] PREPARING_MODEL Preparing the model');
    expect(log).toContain('It serves');
    expect(outputs).toEqual({
      deploymentId: expect.stringMatching(/^1{8}-/),
      endpoint:
        'projects/acme-ml/locations/us-central1/endpoints/fraud-detector',
      deployedModelId: '1234567890',
      model: 'projects/acme-ml/locations/us-central1/models/fraud-detector@3',
      operation: expect.stringMatching(/operations\/2$/),
      consoleUrl: expect.stringContaining('project=acme-ml'),
    });
    const [started, followed] = backend.calls;
    expect(started).toMatchObject({
      line: 'POST /deployments',
      token: 'user-token',
      key: expect.stringMatching(/^scaffolder-task-1-[0-9a-f]{16}-1$/),
      body: {
        entityRef: 'component:default/fraud-detector',
        environment: 'staging',
      },
    });
    // As the scaffolder, whose token does not expire with the user's.
    expect(followed).toMatchObject({ token: 'service-token', last: '0' });
    expect(followed.key).toBe(started.key);
  });

  it('returns at once where it is not to wait', async () => {
    await start();
    const { outputs } = await run({ wait: false });
    expect(outputs).toMatchObject({
      deploymentId: expect.anything(),
      endpoint: expect.stringMatching(/fraud-detector$/),
    });
    expect(backend.calls).toHaveLength(1);
  });

  it('deploys a file of the workspace', async () => {
    await start();
    workspace.setContent({ 'catalog-info.yaml': 'kind: Component' });
    const path = './catalog-info.yaml';
    const { failure } = await run({ entityRef: undefined, path });
    expect(failure).toBeUndefined();
    expect(backend.calls[0].body).toEqual({
      text: 'kind: Component',
      file: path,
    });
  });

  it('goes on where a stream broke, and logs each line once', async () => {
    await start({
      progress: [1, 2, 3].map(at => ({ kind: 'step', message: `line ${at}` })),
      breaksAfter: 2,
    });
    const { failure, log } = await run();
    expect(failure).toBeUndefined();
    expect(log.match(/line \d/g)).toEqual(['line 1', 'line 2', 'line 3']);
    expect(backend.calls.map(({ last }) => last)).toEqual([
      undefined,
      '0',
      '2',
    ]);
  });

  it('waits while the backend is away', async () => {
    await start({
      refusals: [{ status: 503 }, { status: 503 }],
    });
    const { failure, log } = await run();
    expect(failure).toBeUndefined();
    expect(log.match(/not available/g)).toHaveLength(1);
    expect(new Set(backend.calls.map(({ key }) => key)).size).toBe(1);
  });

  it('waits while a replica starts that has no routes yet', async () => {
    await start();
    const controller = new AbortController();
    const starting = { status: 404 };
    backend.plot.refusals = [starting];
    expect((await run()).failure).toBeUndefined();
    backend.plot.refusals = Array(40).fill(starting);
    Object.assign(backend.plot, {
      untilCancelled: true,
      onFollow: () => {
        backend.plot.refusals = [starting, { status: 429 }];
        controller.abort();
      },
      end: () => ({ state: 'cancelled' }),
    });
    const { failure } = await run({}, { signal: controller.signal });
    expect(failure?.message).toContain('The deployment was cancelled');
    const count = (end: string) =>
      backend.calls.filter(({ line }) => line.endsWith(end)).length;
    expect([count('/events'), count('/cancel')]).toEqual([1 + 41, 3]);
  });

  it('does not wait for a deployment that is missing', async () => {
    const diagnostic = {
      code: 'portal/refused',
      severity: 'error',
      message: 'the deployment does not exist, or you may not see it',
    };
    await start();
    await run({ wait: false });
    backend.plot.refusals = [
      { status: 404, body: { diagnostics: [diagnostic] } },
    ];
    const { failure } = await run();
    expect(failure?.message).toContain('does not exist');
    expect(backend.calls).toHaveLength(2);
  });

  it('finds its deployment after a restart, also when its user’s session has expired', async () => {
    await start();
    await run();
    // The process ended before the checkpoint was stored.
    checkpoints.clear();
    backend.plot.userExpired = true;
    const { failure, outputs } = await run();
    expect(failure).toBeUndefined();
    expect(outputs.deployedModelId).toBe('1234567890');
    const keys = new Set(backend.calls.map(({ key }) => key));
    expect(keys.size).toBe(1);
  });

  it('tells by its key whether its task follows the deployment', async () => {
    await start();
    await run({ wait: false });
    expect(backend.calls[0].key).toMatch(
      /^scaffolder-started-task-1-[0-9a-f]{16}-1$/,
    );
  });

  it('starts nothing for a user whose session has expired', async () => {
    await start({ userExpired: true });
    const { failure } = await run();
    expect(failure?.message).toContain('No deployment is possible');
    expect(failure?.name).toBe('AuthenticationError');
  });

  it('gives each task a deployment of its own', async () => {
    await start();
    await run({ wait: false });
    checkpoints.clear();
    await run({ wait: false }, { task: 'task-2' });
    expect(new Set(backend.calls.map(({ key }) => key)).size).toBe(2);
  });

  it('cancels the deployment when the task is cancelled, and reports what was removed', async () => {
    const controller = new AbortController();
    await start({
      progress: [STAGE],
      untilCancelled: true,
      onFollow: () => controller.abort(),
      end: () => ({
        state: 'cancelled',
        undone: ['endpoint `fraud-detector`'],
      }),
    });
    const { failure } = await run({}, { signal: controller.signal });
    expect(failure?.message).toContain('The deployment was cancelled');
    expect(failure?.message).toContain(
      'Rolled back: endpoint `fraud-detector`',
    );
    const cancel = backend.calls.find(({ line }) => line.endsWith('/cancel'));
    expect(cancel).toMatchObject({ token: 'service-token' });
    expect(cancel!.key).toBe(backend.calls[0].key);
  });

  it('starts nothing for a task that is cancelled already', async () => {
    await start();
    const { failure } = await run({}, { signal: AbortSignal.abort() });
    expect(failure?.message).toContain('cancelled');
    expect(backend.calls).toEqual([]);
  });

  it('fails with the findings, and starts another deployment at a retry', async () => {
    const failed = {
      state: 'failed',
      notUndone: ['endpoint `fraud-detector`'],
      diagnostics: [
        {
          code: 'deploy/operation-failed',
          severity: 'error',
          message: 'Model server exited unexpectedly.',
          help: 'read the log',
        },
      ],
    };
    await start({ end: key => (key.endsWith('-1') ? failed : {}) });
    const { failure, outputs } = await run();
    expect(failure?.message).toContain('(`deploy/operation-failed`)');
    expect(failure?.message).toContain('What to do: read the log');
    expect(failure?.stack).toBe(`Error: ${failure?.message}`);
    expect(failure?.message).toContain('Not rolled back: endpoint');
    expect(failure?.message).not.toContain('Request access');
    expect(outputs).toEqual({});

    const again = await run();
    expect(again.failure).toBeUndefined();
    const starts = backend.calls.filter(({ line }) => line.startsWith('POST'));
    expect(starts.map(({ key }) => key.at(-1))).toEqual(['1', '2']);
  });

  it('links the form that requests access, filled in, where Google denied a permission', async () => {
    const denied = {
      code: 'google/permission-denied',
      severity: 'error',
      message: 'denied',
      permission: 'aiplatform.endpoints.deploy',
    };
    await start({
      end: () => ({
        state: 'failed',
        environment: 'staging',
        diagnostics: [denied],
      }),
    });
    const { failure } = await run();
    const [, query] =
      /\[Request access\]\(\/create\/templates\/default\/request-access\?formData=([^)]*)\)/.exec(
        failure!.message,
      )!;
    expect(JSON.parse(decodeURIComponent(query))).toEqual({
      entityRef: 'component:default/fraud-detector',
      environment: 'staging',
    });
  });

  it('names all missing permissions at once, and who can grant them', async () => {
    const project = 'projects/acme-ml';
    const permissions = [
      'aiplatform.endpoints.create',
      'aiplatform.endpoints.deploy',
      'aiplatform.models.get',
    ].map(permission => ({ permission, without: '' }));
    const request = {
      entityRef: 'component:default/fraud-detector',
      principal: 'user:jane@acme.example',
      modelExists: true,
      endpointExists: false,
    };
    await start({
      end: () => ({
        state: 'failed',
        diagnostics: [
          {
            code: 'google/permission-denied',
            severity: 'error',
            message: 'denied',
            permission: 'aiplatform.models.get',
          },
        ],
      }),
      access: {
        state: 'missing',
        missing: [{ resource: project, permissions }],
        missingInPortal: ['vertex-ai.deploy'],
        grantors: [{ name: 'group:default/cloud-admins', kind: 'entity' }],
        request,
      },
    });
    const { failure } = await run();
    const [, lacking] = /You miss: (.*)/.exec(failure!.message)!;
    expect(lacking).toBe(
      [
        ...permissions.map(it => `\`${it.permission}\` on \`${project}\``),
        '`vertex-ai.deploy` in this portal',
      ].join(', '),
    );
    expect(failure?.message).toContain(
      'Can grant it: `group:default/cloud-admins`',
    );
    const [, query] = /formData=([^)]*)\)/.exec(failure!.message)!;
    expect(JSON.parse(decodeURIComponent(query))).toEqual(request);
    const asked = backend.calls.find(({ line }) => line.endsWith('/access'));
    expect(asked).toMatchObject({
      token: 'user-token',
      body: { source: { entity } },
    });
  });

  it('passes the findings of a refusal on', async () => {
    await start({
      refusals: [
        {
          status: 400,
          body: {
            error: { name: 'InputError' },
            diagnostics: [
              {
                code: 'machine-type/unknown',
                severity: 'error',
                message: 'did you mean `n1-standard-4`?',
              },
            ],
          },
        },
      ],
    });
    const { failure } = await run();
    expect(failure?.name).toBe('InputError');
    expect(failure?.message).toContain('did you mean `n1-standard-4`?');
    expect(backend.calls).toHaveLength(1);
  });

  it('names the package where the backend does not have it', async () => {
    await start({ refusals: Array(30).fill({ status: 404 }) });
    const { failure } = await run();
    expect(failure?.message).toContain('plugin-vertex-ai-backend');
    expect(backend.calls).toHaveLength(30);
  });

  it('calls nothing in a dry run', async () => {
    await start();
    const { failure, outputs, log } = await run({}, { isDryRun: true });
    expect(failure).toBeUndefined();
    expect(backend.calls).toEqual([]);
    expect(outputs.deployedModelId).toMatch(/^\d{10}$/);
    expect(log).toContain('deploys `');
  });
});
