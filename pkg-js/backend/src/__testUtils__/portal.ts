import {
  coreServices,
  createBackendModule,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestBackend,
} from '@backstage/backend-test-utils';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { json, Router } from 'express';
import type { Knex } from 'knex';
import type { RunDeployment } from '../core';
import { createVertexAiPlugin } from '../plugin';
import { checkAnswer, checkEvent, checkRequest } from './openApi';
import { ScriptedRuns } from './runs';

export const REF = 'component:default/fraud-detector';
export const alice = mockCredentials.user.header('user:default/alice');
export const bob = mockCredentials.user.header('user:default/bob');
export const service = (subject: string) =>
  mockCredentials.service.header({
    onBehalfOf: mockCredentials.service(subject),
    targetPluginId: 'vertex-ai',
  });
/** Alice, by a task of the scaffolder. */
export const aliceInTask = `Bearer ${mockCredentials.user.token(
  'user:default/alice',
  { actor: { subject: 'plugin:scaffolder' } },
)}`;

/** The entity that the tests deploy. */
export const entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'fraud-detector',
    namespace: 'default',
    annotations: {
      'google.com/vertex-ai-project': 'acme-ml',
      'google.com/vertex-ai-location': 'us-central1',
      'google.com/vertex-ai-endpoint': 'fraud-detector',
      'google.com/vertex-ai-model': 'fraud-detector@3',
    } as Record<string, string>,
  },
  spec: { type: 'ml-model', lifecycle: 'production', owner: 'group:ml' },
  relations: [
    { type: 'ownedBy', targetRef: 'group:default/ml' },
    { type: 'partOf', targetRef: 'system:default/fraud' },
  ],
};

const broken = {
  ...entity,
  metadata: {
    ...entity.metadata,
    name: 'broken',
    annotations: {
      ...entity.metadata.annotations,
      'google.com/vertex-ai-machine-type': 'n1-standart-4',
    },
  },
};

const environments = {
  ...entity,
  metadata: {
    ...entity.metadata,
    name: 'two-environments',
    annotations: {
      ...entity.metadata.annotations,
      'google.com/vertex-ai-model': 'fraud-detector',
      'google.com/vertex-ai-endpoint.staging': 'fraud-staging',
      'google.com/vertex-ai-endpoint.production': 'fraud-production',
    },
  },
};

const other = { ...entity, metadata: { ...entity.metadata, name: 'other' } };

export interface SentEvent {
  id?: number;
  type: string;
  data: any;
}

export interface Answer {
  status: number;
  body: any;
}

interface Ask {
  as?: string | null;
  key?: string;
  body?: unknown;
  verb?: string;
}

/** A portal with the plugin, in front of a fake proxy. Every answer is checked against `openapi.yaml`. */
export class Portal {
  readonly runs = new ScriptedRuns();
  readonly logs: string[] = [];
  /** What the proxy is asked: verb, path, principal and body or headers. */
  readonly proxied: any[] = [];
  /** Signals that were published. */
  readonly signals: any[] = [];
  /** Notifications that were sent. */
  readonly notifications: any[] = [];
  /** Receives a notification. */
  notify: (options: any) => Promise<void> = async options => {
    this.notifications.push(options);
  };
  private noted = () => {};
  /** The resources about which the permission framework was asked, by request. */
  readonly authorized: string[][] = [];
  /** What the permission framework decides. */
  permission: (name: string, resource: string, user: string) => boolean = () =>
    true;
  /** What the proxy answers to the request for a mandate. */
  mandate: () => [number, object] = () => [
    201,
    { id: `mandate-${this.proxied.length}`, expiresAt: '2026-11-28' },
  ];
  private readonly entities: (typeof entity)[] = JSON.parse(
    JSON.stringify([entity, broken, environments, other]),
  );
  /** What the proxy answers to the request for a mandate's calls. */
  calls: () => [number, object] = () => [200, { calls: [] }];
  /** What Google answers to a call. */
  google: (line: string, body: unknown) => Promise<[number, object]> =
    async () => [200, {}];
  database!: Knex;
  private readonly run: RunDeployment;
  private backend?: TestBackend;

  /** @param run the core's, in place of scripted runs */
  constructor(run?: RunDeployment) {
    this.run = run ?? this.runs.run;
  }

  async start(config: object = {}, ...features: any[]): Promise<this> {
    this.backend = await startTestBackend({
      features: [
        ...features,
        createVertexAiPlugin(this.run),
        this.proxy(),
        this.inspection(),
        catalogServiceMock.factory({
          entities: this.entities as any,
        }),
        mockServices.rootConfig.factory({ data: config as any }),
        createServiceFactory({
          service: signalsServiceRef,
          deps: {},
          factory: () => ({
            publish: async (signal: any) => void this.signals.push(signal),
          }),
        }),
        createServiceFactory({
          service: notificationService,
          deps: {},
          factory: () => ({ send: options => this.notify(options) }),
        }),
        createServiceFactory({
          service: coreServices.logger,
          deps: {},
          factory: () => this.logger(),
        }),
        mockServices.permissions.mock({
          authorize: async (requests, options) => {
            this.authorized.push(requests.map((one: any) => one.resourceRef));
            return requests.map(({ permission, resourceRef }: any) => ({
              result: this.permission(
                permission.name,
                resourceRef,
                (options as any).credentials.principal.userEntityRef,
              )
                ? AuthorizeResult.ALLOW
                : AuthorizeResult.DENY,
            }));
          },
        }).factory,
      ],
    });
    return this;
  }

  async stop() {
    await this.backend?.stop();
    // Backstage leaves the connections of its databases open.
    await this.database?.destroy();
  }

  /** Waits until the proxy has got a request. */
  async asked(is: (request: any) => boolean): Promise<any> {
    for (;;) {
      const found = this.proxied.find(is);
      if (found) return found;
      await new Promise<void>(resolve => {
        this.noted = resolve;
      });
    }
  }

  /** Changes annotations of the entity that the tests deploy. */
  annotate(annotations: Record<string, string>) {
    Object.assign(this.entities[0].metadata.annotations, annotations);
  }

  private url(path: string) {
    return `http://127.0.0.1:${this.backend!.server.port()}/api/vertex-ai${path}`;
  }

  async ask(path: string, { as, key, body, verb }: Ask = {}): Promise<Answer> {
    const authorization = as === undefined ? alice : as;
    const method = verb ?? (body === undefined ? 'GET' : 'POST');
    const headers = {
      ...(authorization && { authorization }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const response = await fetch(this.url(path), {
      method,
      headers,
      body:
        body === undefined || typeof body === 'string'
          ? (body as string | undefined)
          : JSON.stringify(body),
    });
    const answer = await response.json();
    // Backstage's own barrier answers those without credentials.
    if (authorization) {
      checkRequest(method, path, response.status, { headers, body });
      checkAnswer(method, path, response.status, answer);
    }
    return { status: response.status, body: answer };
  }

  startDeployment(more: Ask = {}) {
    return this.ask('/deployments', {
      key: 'key-1',
      body: { entityRef: REF },
      ...more,
    });
  }

  cancel(id: string, more: Ask = {}) {
    return this.ask(`/deployments/${id}/cancel`, { verb: 'POST', ...more });
  }

  /** Follows a deployment until the server ends the stream, or `until` an event. */
  async follow(
    id: string,
    {
      after,
      until,
      as = alice,
      key,
      leave: left,
    }: {
      /** Closes the stream. */
      leave?: Promise<void>;
      after?: number;
      until?: (event: SentEvent) => boolean;
      as?: string;
      key?: string;
    } = {},
  ): Promise<{ status: number; headers: Headers; events: SentEvent[] }> {
    const leave = new AbortController();
    left?.then(() => leave.abort());
    const path = `/deployments/${id}/events`;
    const sent = {
      authorization: as,
      ...(after !== undefined && { 'last-event-id': String(after) }),
      ...(key && { 'idempotency-key': key }),
    };
    const response = await fetch(this.url(path), {
      headers: sent,
      signal: leave.signal,
    });
    const { status, headers } = response;
    checkRequest('GET', path, status, { headers: sent });
    const events: SentEvent[] = [];
    if (status !== 200) {
      checkAnswer('GET', path, status, await response.json());
      return { status, headers, events };
    }
    let text = '';
    for await (const chunk of response.body!.pipeThrough(
      new TextDecoderStream() as any,
    ) as any) {
      text += chunk;
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end < 0) break;
        const event = read(text.slice(0, end));
        text = text.slice(end + 2);
        if (!event) continue;
        checkEvent(event.type, event.data);
        events.push(event);
        if (until?.(event)) {
          leave.abort();
          return { status, headers, events };
        }
      }
    }
    return { status, headers, events };
  }

  /** Waits for the end of a deployment and returns it. */
  async ended(id: string) {
    return (await this.follow(id)).events.at(-1)!.data;
  }

  private proxy() {
    const { proxied } = this;
    const note = () => this.noted();
    const google: Portal['google'] = (line, body) => this.google(line, body);
    const mandate = () => this.mandate();
    const calls = () => this.calls();
    return createBackendPlugin({
      pluginId: 'proxy',
      register(reg) {
        reg.registerInit({
          deps: {
            httpRouter: coreServices.httpRouter,
            httpAuth: coreServices.httpAuth,
          },
          async init({ httpRouter, httpAuth }) {
            const router = Router();
            router.use(json());
            router.use('/vertex-ai', async (request, response) => {
              const { principal } = await httpAuth.credentials(request);
              const { method: verb, path, body } = request;
              proxied.push({
                verb,
                path,
                query: request.query,
                principal,
                body,
                mandate: request.header('x-vertex-ai-mandate'),
                lease: request.header('x-vertex-ai-lease'),
              });
              note();
              if (verb === 'DELETE' && path.startsWith('/mandates')) {
                response.status(204).end();
              } else if (verb === 'GET' && path.startsWith('/mandates/')) {
                const [status, answer] = calls();
                response.status(status).json(answer);
              } else if (path === '/mandates') {
                const [status, answer] = mandate();
                response.status(status).json(answer);
              } else {
                const line = `${verb} ${request.url}`;
                const [status, answer] = await google(line, body);
                response.status(status).json(answer);
              }
            });
            httpRouter.use(router as any);
          },
        });
      },
    });
  }

  private inspection() {
    const inspect = (client: Knex) => {
      this.database = client;
    };
    return createBackendModule({
      pluginId: 'vertex-ai',
      moduleId: 'inspection',
      register(reg) {
        reg.registerInit({
          deps: { database: coreServices.database },
          async init({ database }) {
            inspect(await database.getClient());
          },
        });
      },
    });
  }

  private logger(): any {
    const write = (message: unknown, meta?: unknown) => {
      this.logs.push(`${message} ${JSON.stringify(meta ?? {})}`);
    };
    const logger = { error: write, warn: write, info: write, debug: write };
    return { ...logger, child: () => this.logger() };
  }
}

function read(text: string): SentEvent | undefined {
  const fields = new Map(
    text.split('\n').map(line => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)] as const;
    }),
  );
  const type = fields.get('event');
  if (!type) return undefined;
  const id = fields.get('id');
  return {
    id: id === undefined ? undefined : Number(id),
    type,
    data: JSON.parse(fields.get('data')!),
  };
}
