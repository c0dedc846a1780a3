import { mockServices } from '@backstage/backend-test-utils';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const ID = '11111111-1111-4111-8111-111111111111';

/** What a fake deployment is to do. */
export interface Plot {
  /** Progress events, one after the other. */
  progress?: { kind: string; message: string; stage?: string }[];
  /** The end of the deployment of a key. */
  end?: (key: string) => object;
  /** What the backend answers to a request for a plan. */
  plan?: object;
  /** What the backend answers to a request for a preflight. */
  preflight?: object;
  /** What the proxy reports about the access of the user; without it, the proxy does not answer. */
  access?: object;
  /** The stream breaks after this event, once. */
  breaksAfter?: number;
  /** Waits for a wish to cancel after the last event. */
  untilCancelled?: boolean;
  /** Called once somebody follows it. */
  onFollow?(): void;
  /** Answers in place of those of the backend, the first ones first. */
  refusals?: { status: number; body?: object }[];
  /** From now on the user's token is refused, as after an hour. */
  userExpired?: boolean;
}

/** A request to the fake backend. */
export interface Call {
  line: string;
  token: string;
  key: string;
  last?: string;
  body?: any;
}

/** The backend plugin's API on loopback: deployments by their keys. */
export async function startFakeBackend(plot: Plot = {}) {
  const calls: Call[] = [];
  const byKey = new Map<string, object>();
  let cancelled = () => {};
  const cancelWish = new Promise<void>(resolve => {
    cancelled = resolve;
  });
  let breaks = plot.breaksAfter;

  const deployment = (state: string, more: object = {}) => ({
    id: ID,
    entityRef: 'component:default/fraud-detector',
    state,
    endpoint: 'projects/acme-ml/locations/us-central1/endpoints/fraud-detector',
    undone: [],
    notUndone: [],
    diagnostics: [],
    ...more,
  });

  async function stream(response: ServerResponse, { key, last }: Call) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = plot.progress ?? [];
    for (const [at, event] of events.entries()) {
      const id = at + 1;
      if (id <= Number(last)) continue;
      const data = JSON.stringify({ state: 'running', ...event });
      response.write(`id: ${id}\nevent: progress\ndata: ${data}\n\n`);
      if (breaks === id) {
        breaks = undefined;
        setImmediate(() => response.destroy());
        return;
      }
    }
    plot.onFollow?.();
    if (plot.untilCancelled) await cancelWish;
    const end = deployment('succeeded', {
      deployedModelId: '1234567890',
      model: 'projects/acme-ml/locations/us-central1/models/fraud-detector@3',
      operation: 'projects/1/locations/us-central1/operations/2',
      consoleUrl: 'https://console.cloud.google.com/?project=acme-ml',
      ...plot.end?.(key),
    });
    response.end(`event: end\ndata: ${JSON.stringify(end)}\n\n`);
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const { method, url, headers } = request;
    const call: Call = {
      line: `${method} ${url}`,
      token: headers.authorization!.split(' ')[1],
      key: String(headers['idempotency-key']),
      last: headers['last-event-id'] as string | undefined,
      body: text ? JSON.parse(text) : undefined,
    };
    calls.push(call);
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const refusal = plot.refusals?.shift();
    if (refusal) {
      answer(refusal.status, refusal.body ?? {});
    } else if (plot.userExpired && call.token === 'user-token') {
      answer(401, { error: { name: 'AuthenticationError' } });
    } else if (call.line === 'POST /vertex-ai/access') {
      answer(plot.access ? 200 : 503, plot.access ?? {});
    } else if (call.line === 'POST /deployments/plan') {
      answer(200, plot.plan ?? {});
    } else if (call.line === 'POST /preflight') {
      answer(200, plot.preflight ?? {});
    } else if (call.line === 'POST /deployments') {
      const known = byKey.has(call.key);
      byKey.set(call.key, deployment('pending'));
      answer(known ? 200 : 201, byKey.get(call.key)!);
    } else if (call.line === 'GET /deployments') {
      const found = byKey.get(call.key);
      answer(200, { items: found ? [found] : [] });
    } else if (url!.endsWith('/cancel')) {
      answer(202, deployment('cancelling'));
      cancelled();
    } else {
      await stream(response, call);
    }
  });
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    plot,
    auth: mockServices.auth.mock({
      getOwnServiceCredentials: async () => ({ who: 'service' }) as any,
      getPluginRequestToken: async ({ onBehalfOf, targetPluginId }) => ({
        token: ['vertex-ai', 'proxy'].includes(targetPluginId)
          ? `${(onBehalfOf as any).who ?? 'user'}-token`
          : 'wrong',
      }),
    }) as any,
    discovery: mockServices.discovery.mock({
      getBaseUrl: async () => `http://127.0.0.1:${port}`,
    }) as any,
    close: () => new Promise(done => server.close(done)),
  };
}
