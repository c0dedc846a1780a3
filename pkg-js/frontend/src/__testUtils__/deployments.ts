import type { PreflightReport } from '@backstage-vertex-ai/core';
import type {
  ContainerLogRead,
  Deployment,
  Trace,
} from '../deployments/deployment';

/** A deployment that runs. */
export const RUNNING: Deployment = {
  id: '6f1c1f0e-0000-4000-8000-000000000003',
  kind: 'deploy',
  entityRef: 'component:default/fraud-detector',
  state: 'running',
  user: 'user:default/analyst',
  createdAt: '2026-11-27T10:00:00.000Z',
  startedAt: '2026-11-27T10:00:01.000Z',
  endpoint: 'projects/acme-ml/locations/us-central1/endpoints/fraud-detector',
  model: 'projects/acme-ml/locations/us-central1/models/fraud-detector@3',
  operation:
    'projects/acme-ml/locations/us-central1/endpoints/fraud-detector/operations/77',
  stage: {
    name: 'ADDING_NODES_TO_CLUSTER',
    index: 4,
    count: 8,
    since: '2026-11-27T10:03:00.000Z',
  },
  undone: [],
  notUndone: [],
  diagnostics: [],
  mandate: 'mandate-3',
};

/** The removal of the previous model, which waits for the one that runs. */
export const SCHEDULED: Deployment = {
  ...RUNNING,
  id: '6f1c1f0e-0000-4000-8000-000000000004',
  kind: 'undeploy',
  state: 'scheduled',
  startedAt: undefined,
  follows: RUNNING.id,
  operation: undefined,
  stage: undefined,
  mandate: 'mandate-4',
};

/** A deployment that serves. */
export const SUCCEEDED: Deployment = {
  ...RUNNING,
  id: '6f1c1f0e-0000-4000-8000-000000000002',
  state: 'succeeded',
  user: 'user:default/admin',
  createdAt: '2026-11-26T09:00:00.000Z',
  startedAt: '2026-11-26T09:00:01.000Z',
  endedAt: '2026-11-26T09:12:31.000Z',
  model: 'projects/acme-ml/locations/us-central1/models/fraud-detector@2',
  deployedModelId: '9379675090',
  consoleUrl:
    'https://console.cloud.google.com/vertex-ai/online-prediction/locations/us-central1/endpoints/fraud-detector?project=acme-ml',
  stage: undefined,
};

/** A deployment that failed for want of quota. */
export const FAILED: Deployment = {
  ...RUNNING,
  id: '6f1c1f0e-0000-4000-8000-000000000001',
  state: 'failed',
  createdAt: '2026-11-25T09:00:00.000Z',
  startedAt: '2026-11-25T09:00:01.000Z',
  endedAt: '2026-11-25T09:02:10.000Z',
  environment: 'staging',
  stage: undefined,
  undone: ['deployed model 9379675090', 'endpoint `fraud-staging`'],
  diagnostics: [
    {
      code: 'deploy/operation-failed',
      severity: 'error',
      message:
        'the operation ended in RESOURCE_EXHAUSTED: no quota for `NVIDIA_L4`',
      help: 'request quota, or choose another machine type',
    },
  ],
};

/** A deployment that its user cancelled. */
export const CANCELLED: Deployment = {
  ...RUNNING,
  id: '6f1c1f0e-0000-4000-8000-000000000000',
  state: 'cancelled',
  createdAt: '2026-11-24T09:00:00.000Z',
  startedAt: '2026-11-24T09:00:01.000Z',
  endedAt: '2026-11-24T09:02:10.000Z',
  stage: undefined,
  cancelRequestedBy: 'user:default/admin',
  undone: ['endpoint `fraud-detector`'],
  diagnostics: [
    { code: 'deploy/cancelled', severity: 'error', message: 'cancelled' },
  ],
};

/** What every deployment is traced to. */
export const TRACE: Trace = {
  summary: 'deploys `fraud-detector@3` with all traffic: 1 step',
  steps: [
    {
      title: 'Deploy model `fraud-detector@3`',
      call: 'google.cloud.aiplatform.v1.EndpointService.DeployModel',
      undo: 'google.cloud.aiplatform.v1.EndpointService.UndeployModel',
    },
  ],
  links: [
    {
      about: 'audit-log',
      url: 'https://console.cloud.google.com/logs/query;query=mandate-3?project=acme-ml',
    },
  ],
  reason: 'deployment 6f1c1f0e',
  calls: [
    {
      id: 'audit-7',
      at: '2026-11-26T09:00:03.000Z',
      method: 'google.cloud.aiplatform.v1.EndpointService.DeployModel',
      resource:
        'projects/acme-ml/locations/us-central1/endpoints/fraud-detector',
      outcome: 'succeeded',
    },
  ],
};

/** What a deployment has read of its container's log. */
export const CONTAINER_LOG: Required<ContainerLogRead> = {
  readAt: '2026-11-25T09:02:00.000Z',
  log: {
    lines: [
      { at: '2026-11-25T09:01:50.000Z', text: 'Loading the model' },
      { at: '', text: 'torch.OutOfMemoryError: CUDA out of memory.' },
    ],
  },
};

/** What a preflight found. */
export const CHECKED: PreflightReport = {
  checks: [
    {
      name: 'apis',
      question: 'Are the APIs enabled?',
      outcome: 'ok',
      evidence: ['`aiplatform.googleapis.com`: ENABLED'],
    },
    {
      name: 'organization-location',
      question: 'Does the organization allow the location?',
      outcome: 'unknown',
      evidence: [],
      finding: {
        code: 'preflight/unknown',
        severity: 'warning',
        message: 'no answer within 2 s: `orgpolicy`',
        help: 'run the preflight again',
      },
    },
    {
      name: 'gpu-quota',
      question: 'Does the quota of accelerators suffice?',
      outcome: 'no',
      evidence: ['quota `L4`, limit 1'],
      finding: {
        code: 'preflight/no',
        severity: 'error',
        message: 'the plan needs 2 of `L4`',
        help: 'request a higher limit',
        links: [
          {
            title: 'Quotas of Vertex AI',
            url: 'https://console.cloud.google.com/iam-admin/quotas?project=acme-ml',
          },
        ],
      },
      quotaRequest: { command: 'gcloud quotas', body: {} },
    },
  ],
  counts: { ok: 1, no: 1, unknown: 1 },
  ok: false,
  headline: '1 ok, 1 no, 1 unknown',
  summary: '',
  diagnostics: [],
};

/** An event of a deployment, as the API streams it. */
export interface FakeEvent {
  type: 'state' | 'progress' | 'end';
  data: object;
}

/** The log of a running deployment. */
export const LOG: FakeEvent[] = [
  { type: 'state', data: { state: 'pending', at: '2026-11-27T10:00:00.000Z' } },
  { type: 'state', data: { state: 'running', at: '2026-11-27T10:00:01.000Z' } },
  {
    type: 'progress',
    data: {
      state: 'running',
      kind: 'step',
      message: 'Deploy model `fraud-detector@3`',
      at: '2026-11-27T10:00:03.000Z',
    },
  },
  {
    type: 'progress',
    data: {
      state: 'running',
      kind: 'stage',
      message: 'Adding nodes to the cluster',
      at: '2026-11-27T10:03:00.000Z',
    },
  },
];

const answer = (body: object, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json' },
  });

const TEXT = new TextEncoder();

/** The API of the backend plugin, over deployments in memory. */
export class FakeDeployments {
  /** Newest first. */
  deployments: Deployment[] = [];
  /** By the id of a deployment. */
  readonly events = new Map<string, FakeEvent[]>();
  /** Whether a request for events fails, as behind a proxy that cannot stream. */
  isStreaming = true;
  /** Every request, in order. */
  readonly calls: { method: string; path: string; last?: string }[] = [];
  /** Refuses to start anything, with this message. */
  refusal?: string;
  /** Answers requests for a preflight. */
  preflight: (init: RequestInit) => Promise<Response> | Response = () =>
    answer(CHECKED);
  /** What was started, in order. */
  readonly starts: { key: string; body: Record<string, unknown> }[] = [];
  /** The answer to a request for a container's log, and its status. */
  containerLog: [object, number] = [CONTAINER_LOG, 200];
  private readonly streams = new Map<
    string,
    Set<ReadableStreamDefaultController<Uint8Array>>
  >();

  /** Answers a request below `/api/vertex-ai`. */
  readonly fetch = async (url: URL, init: RequestInit): Promise<Response> => {
    const { method = 'GET', signal } = init;
    const last = new Headers(init.headers).get('last-event-id') ?? undefined;
    const [, path] = url.pathname.split('/api/vertex-ai');
    this.calls.push({ method, path: `${path}${url.search}`, last });
    if (path === '/preflight') return this.preflight(init);
    const [, , id, action] = path.split('/');
    if (!id && method === 'POST') return this.start(init);
    if (!id) return this.list(url.searchParams);
    if (id === 'plan') return this.plan(init);
    const found = this.deployments.find(deployment => deployment.id === id);
    if (!found) {
      const diagnostic = {
        code: 'portal/refused',
        severity: 'error',
        message: 'the deployment does not exist, or you may not see it',
      };
      return answer({ diagnostics: [diagnostic] }, 404);
    }
    if (action === 'events') return this.stream(id, Number(last ?? 0), signal);
    if (action === 'trace') return answer(TRACE);
    if (action === 'log') return answer(...this.containerLog);
    if (action === 'takeover') {
      this.change(id, { state: 'removing', endedAt: undefined, notUndone: [] });
      return answer(this.find(id), 202);
    }
    if (action === 'cancel') {
      this.change(id, {
        state: 'cancelling',
        cancelRequestedBy: 'user:default/analyst',
      });
      return answer(this.find(id), 202);
    }
    return answer(found);
  };

  /** Changes a deployment and tells its viewers. */
  change(id: string, changes: Partial<Deployment>, message?: object) {
    this.deployments = this.deployments.map(deployment =>
      deployment.id === id ? { ...deployment, ...changes } : deployment,
    );
    const { state } = this.find(id);
    this.tell(id, {
      type: 'state',
      data: { state, at: new Date().toISOString(), ...message },
    });
  }

  /** Adds an event and tells viewers. The last one ends their streams. */
  tell(id: string, event: FakeEvent) {
    const events = [...(this.events.get(id) ?? []), event];
    this.events.set(id, events);
    const text = TEXT.encode(format(event, events.length));
    for (const stream of this.streams.get(id) ?? []) stream.enqueue(text);
    if (this.find(id).endedAt) this.end(id);
  }

  /** Breaks the streams of a deployment. */
  break(id: string) {
    for (const stream of this.streams.get(id) ?? []) stream.close();
    this.streams.delete(id);
  }

  private end(id: string) {
    const event = { type: 'end', data: this.find(id) } as const;
    const text = TEXT.encode(format(event));
    for (const stream of this.streams.get(id) ?? []) stream.enqueue(text);
    this.break(id);
  }

  private find(id: string): Deployment {
    return this.deployments.find(deployment => deployment.id === id)!;
  }

  private start(init: RequestInit): Response {
    const key = new Headers(init.headers).get('idempotency-key')!;
    const body = JSON.parse(String(init.body));
    this.starts.push({ key, body });
    if (this.refusal) {
      const diagnostic = {
        code: 'request/malformed',
        severity: 'error',
        message: this.refusal,
      };
      return answer({ diagnostics: [diagnostic] }, 400);
    }
    const started = {
      ...RUNNING,
      id: `6f1c1f0e-0000-4000-8000-00000000001${this.starts.length}`,
      kind: body.kind,
      createdAt: '2026-11-27T11:00:00.000Z',
    };
    this.deployments = [started, ...this.deployments];
    return answer(started, 201);
  }

  /** Plans a promotion of the version that an environment deployed last. */
  private plan(init: RequestInit): Response {
    const { from } = JSON.parse(String(init.body));
    const { model } =
      this.deployments.find(
        ({ environment, state }) =>
          environment === from && state === 'succeeded',
      ) ?? {};
    if (model) return answer({ plan: { target: { model } } });
    const diagnostic = {
      code: 'deploy/impossible',
      severity: 'error',
      message: `no deployment of the entity has succeeded in \`${from}\``,
    };
    return answer({ diagnostics: [diagnostic] }, 400);
  }

  private list(query: URLSearchParams): Response {
    const state = query.get('state');
    const limit = Number(query.get('limit') ?? 20);
    const from = Number(query.get('cursor') ?? 0);
    const found = this.deployments.filter(
      deployment =>
        deployment.entityRef === query.get('entityRef') &&
        (!state || state.split(',').includes(deployment.state)),
    );
    const items = found.slice(from, from + limit);
    const next = from + items.length;
    return answer({
      items,
      nextCursor: next < found.length ? `${next}` : undefined,
    });
  }

  private stream(
    id: string,
    after: number,
    signal?: AbortSignal | null,
  ): Response {
    if (!this.isStreaming) throw new TypeError('Failed to fetch');
    const events = this.events.get(id) ?? [];
    const body = new ReadableStream<Uint8Array>({
      start: stream => {
        events.slice(after).forEach((event, index) => {
          stream.enqueue(TEXT.encode(format(event, after + index + 1)));
        });
        const streams = this.streams.get(id) ?? new Set();
        this.streams.set(id, streams.add(stream));
        signal?.addEventListener('abort', () => {
          streams.delete(stream);
          stream.error(new DOMException('Aborted', 'AbortError'));
        });
      },
    });
    if (this.find(id).endedAt) this.end(id);
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream' },
    });
  }
}

function format({ type, data }: FakeEvent, id?: number): string {
  const number = id === undefined ? '' : `id: ${id}\n`;
  return `${number}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
