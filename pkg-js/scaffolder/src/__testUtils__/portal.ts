import type { AuthService } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const ENDPOINT =
  'projects/acme-ml/locations/us-central1/endpoints/fraud-detector';
const DEPLOYMENT =
  'type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata';

/** What comes in place of answers. */
export interface Fault {
  /** Strikes calls whose verb and path contain this. */
  on: string;
  /** How many of them. */
  times: number;
  /** A refusal with this body, the first half of an answer, or none at all. */
  answer: { status: number; body: object; headers?: object } | 'half' | 'none';
}

/** What the fake Google is to do. */
export interface Behaviour {
  faults?: Fault[];
  stages?: string[];
  error?: { code: number; message: string };
  denied?: string;
  /** From this moment on the initiator's credentials are refused, as after an hour. */
  userExpires?: boolean;
  /** Called each time somebody looks at the deployment. */
  onLook?(): void;
}

/** The entity that the tests deploy. */
export const entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'fraud-detector',
    annotations: {
      'google.com/vertex-ai-project': 'acme-ml',
      'google.com/vertex-ai-location': 'us-central1',
      'google.com/vertex-ai-endpoint': 'fraud-detector',
      'google.com/vertex-ai-model': 'fraud-detector@3',
    },
  },
};

/** The service account that the next entity runs as. */
export const account = 'fraud-serving@acme-ml.iam.gserviceaccount.com';

/** The same deployment, as a service account. */
export const servingEntity = {
  ...entity,
  metadata: {
    ...entity.metadata,
    annotations: {
      ...entity.metadata.annotations,
      'google.com/vertex-ai-service-account': account,
    },
  },
};

function strike(response: ServerResponse, answer: Fault['answer']) {
  if (answer === 'none') {
    response.destroy();
  } else if (answer === 'half') {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('{"name": "projects/', () => response.destroy());
  } else {
    response.writeHead(answer.status, { ...answer.headers });
    response.end(JSON.stringify(answer.body));
  }
}

/** A portal's proxy with a small Google behind it, on loopback. */
export async function startFakePortal(behaviour: Behaviour = {}) {
  const stages = [...(behaviour.stages ?? [])];
  const calls: { line: string; identity: string }[] = [];
  let endpoint: object | undefined;
  let deploying: string | undefined;

  const operation = (id: number, rest: object) => ({
    name: `${ENDPOINT.replace('acme-ml', '123456789012')}/operations/${id}`,
    ...rest,
  });

  function answer(line: string, body: any): [number, object] {
    if (behaviour.denied && line.includes(behaviour.denied)) {
      return [
        403,
        { error: { status: 'PERMISSION_DENIED', message: 'denied' } },
      ];
    }
    if (line.includes('/models/')) return [200, { versionId: '3' }];
    if (line.endsWith(':deployModel')) {
      deploying = body.deployedModel.id;
      return [200, operation(2, {})];
    }
    if (line.includes(':cancel')) {
      stages.length = 0;
      behaviour.error = { code: 1, message: 'cancelled' };
      return [200, {}];
    }
    if (line.includes(':wait')) {
      if (!line.includes('/operations/2')) {
        return [200, operation(1, { done: true, response: {} })];
      }
      behaviour.onLook?.();
      const stage = stages.shift();
      if (stage) {
        return [
          200,
          operation(2, {
            metadata: { '@type': DEPLOYMENT, deploymentStage: stage },
          }),
        ];
      }
      return [
        200,
        operation(2, {
          done: true,
          ...(behaviour.error
            ? { error: behaviour.error }
            : { response: { deployedModel: { id: deploying } } }),
        }),
      ];
    }
    if (line.includes(':undeployModel')) {
      return [
        400,
        { error: { status: 'INVALID_ARGUMENT', message: 'not found' } },
      ];
    }
    if (line.startsWith('POST') && line.includes('/endpoints?')) {
      endpoint = { labels: body.labels, deployedModels: [] };
      return [200, operation(1, { done: true, response: {} })];
    }
    if (line.startsWith('DELETE')) {
      endpoint = undefined;
      return [200, operation(1, { done: true, response: {} })];
    }
    return endpoint
      ? [200, endpoint]
      : [404, { error: { status: 'NOT_FOUND', message: 'no endpoint' } }];
  }

  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const line = `${request.method} ${request.url}`;
    const identity = request.headers.authorization?.split(' ')[1] ?? 'nobody';
    calls.push({ line, identity });
    const fault = behaviour.faults?.find(
      ({ on, times }) => times > 0 && line.includes(on),
    );
    if (fault) {
      fault.times -= 1;
      strike(response, fault.answer);
      return;
    }
    const [status, body] =
      behaviour.userExpires && identity === 'user-token' && deploying
        ? [401, { error: { name: 'AuthenticationError', message: 'expired' } }]
        : answer(line, text ? JSON.parse(text) : undefined);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;

  const auth = mockServices.auth.mock({
    getOwnServiceCredentials: async () => ({ who: 'service' }) as any,
    getPluginRequestToken: async ({ onBehalfOf }) => ({
      token:
        (onBehalfOf as any).who === 'service' ? 'service-token' : 'user-token',
    }),
  }) as unknown as AuthService;
  return {
    auth,
    calls,
    catalog: { getEntityByRef: async () => entity } as any,
    discovery: mockServices.discovery.mock({
      getBaseUrl: async () => `http://127.0.0.1:${port}/api/proxy`,
    }),
    get hasEndpoint() {
      return endpoint !== undefined;
    },
    close: () => new Promise(done => server.close(done)),
  };
}
