import { mockServices } from '@backstage/backend-test-utils';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { entity } from './entities';

/** What the fake Privileged Access Manager is to do. */
export interface Behaviour {
  /** The states of a grant, one for each look at it; the last one stays. */
  states?: string[];
  /** What asking is refused with. */
  refusal?: { status: number; code: string; message: string };
  /** Called with each call that arrives. */
  onCall?(line: string): void;
}

/** A portal's proxy with Google's Privileged Access Manager behind it, on loopback. */
export async function startEntitlements(behaviour: Behaviour = {}) {
  const calls: { line: string; identity: string; body?: any }[] = [];
  const states = [...(behaviour.states ?? ['APPROVAL_AWAITED'])];
  /** Grants by the id of the request that made them. */
  const grants = new Map<string, string>();

  function answer(line: string): [number, object] {
    const { refusal } = behaviour;
    if (refusal) {
      const { status, code, message } = refusal;
      return [status, { error: { code: status, status: code, message } }];
    }
    const [verb, target] = line.split(' ');
    const url = new URL(target, 'http://portal');
    let name = url.pathname.slice(url.pathname.indexOf('/projects/') + 1);
    if (verb === 'POST') {
      const id = url.searchParams.get('requestId') ?? 'none';
      grants.set(id, grants.get(id) ?? `${name}/g${grants.size + 1}`);
      name = grants.get(id)!;
    }
    const state = states.length > 1 ? states.shift() : states[0];
    return [200, { name, state, requester: 'guest@acme.example' }];
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const line = `${request.method} ${request.url}`;
    const identity = request.headers.authorization?.split(' ')[1] ?? 'nobody';
    calls.push({ line, identity, body: text ? JSON.parse(text) : undefined });
    behaviour.onCall?.(line);
    const [status, body] = answer(line);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    grants,
    auth: mockServices.auth.mock({
      getPluginRequestToken: async () => ({ token: 'user-token' }),
    }),
    catalog: { getEntityByRef: async () => entity } as any,
    discovery: mockServices.discovery.mock({
      getBaseUrl: async () => `http://127.0.0.1:${port}/api/proxy`,
    }),
    close: () =>
      new Promise(done => {
        server.closeAllConnections();
        server.close(done);
      }),
  };
}
