import { mockServices } from '@backstage/backend-test-utils';
import type { IamAccessRequest } from '@backstage-vertex-ai/core/server';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { entity } from './entities';

/** A portal's proxy with Google's allow policies behind it, on loopback. */
export async function startPolicies(
  behaviour: {
    denied?: string;
    unrecorded?: boolean;
    /** The portal does not withdraw records. */
    unwithdrawn?: boolean;
    /** Google says to whoever asks that they hold everything. */
    hints?: boolean;
    /** Called before a call is answered. */
    onCall?(line: string): void;
  } = {},
) {
  const recorded: any[] = [];
  const withdrawn: string[] = [];
  const calls: string[] = [];
  const writtenUnder: unknown[] = [];
  const policies = new Map<string, any>();
  const roles = new Map<string, object>();

  function answer(line: string, body: any): [number, object] {
    if (behaviour.denied && line.includes(behaviour.denied)) {
      return [403, { error: { status: 'PERMISSION_DENIED', message: 'no' } }];
    }
    if (line.endsWith('/grants')) {
      recorded.push(body);
      return behaviour.unrecorded
        ? [503, { error: { message: 'the database is full' } }]
        : [201, { id: '1' }];
    }
    if (line.startsWith('DELETE') && line.includes('/grants/')) {
      if (behaviour.unwithdrawn) {
        return [409, { error: { message: 'the trail says otherwise' } }];
      }
      withdrawn.push(line.slice(line.lastIndexOf('/') + 1));
      return [200, {}];
    }
    const [path, verb] = line.split(' ')[1].split('?')[0].split(':');
    const resource = path.replace(/^.*\/v\d(beta1)?\//, '');
    if (verb === 'testIamPermissions') {
      const { searchParams } = new URL(line.split(' ')[1], 'http://portal');
      const asked = body?.permissions ?? searchParams.getAll('permissions');
      return [200, behaviour.hints ? { permissions: asked } : {}];
    }
    if (verb === 'getIamPolicy') {
      return [200, policies.get(resource) ?? { version: 1, etag: 'a0' }];
    }
    if (verb === 'setIamPolicy') {
      const policy = { ...body.policy, etag: `b${calls.length}` };
      policies.set(resource, policy);
      return [200, policy];
    }
    if (line.startsWith('POST') && resource.endsWith('/roles')) {
      roles.set(`${resource}/${body.roleId}`, body.role);
      return [200, body.role];
    }
    const role = roles.get(resource);
    return role ? [200, role] : [404, { error: { status: 'NOT_FOUND' } }];
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const line = `${request.method} ${request.url}`;
    calls.push(line);
    if (line.includes('setIamPolicy')) {
      writtenUnder.push(request.headers['x-vertex-ai-grant']);
    }
    behaviour.onCall?.(line);
    const [status, body] = answer(line, text ? JSON.parse(text) : undefined);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    policies,
    /** Which record each write of a policy named. */
    writtenUnder,
    /** The grants that were recorded. */
    recorded,
    /** The ids of those whose record was withdrawn. */
    withdrawn,
    /** Gives a role on the project, which holds these permissions. */
    bind(role: string, member: string, permissions: string[]) {
      const on = 'projects/acme-ml';
      const bindings = policies.get(on)?.bindings ?? [];
      const binding = { role, members: [member] };
      policies.set(on, {
        version: 1,
        etag: 'a1',
        bindings: [...bindings, binding],
      });
      roles.set(role, { includedPermissions: permissions });
    },
    /** Gives rights as an administrator would, without a condition. */
    give({ grants }: IamAccessRequest) {
      for (const { resource, role, member, permissions } of grants) {
        const bindings = policies.get(resource)?.bindings ?? [];
        const binding = { role, members: [member] };
        policies.set(resource, {
          version: 1,
          etag: 'a1',
          bindings: [...bindings, binding],
        });
        roles.set(role, {
          includedPermissions: permissions.map(({ permission }) => permission),
        });
      }
    },
    auth: mockServices.auth.mock({
      isPrincipal: mockServices.auth().isPrincipal,
      getPluginRequestToken: async () => ({ token: 'user-token' }),
    }),
    catalog: { getEntityByRef: async () => entity } as any,
    discovery: mockServices.discovery.mock({
      getBaseUrl: async () => `http://127.0.0.1:${port}/api/proxy`,
    }),
    close: () => new Promise(done => server.close(done)),
  };
}
