import { httpAuthServiceFactory } from '@backstage/backend-defaults/httpAuth';
import {
  type AuditorServiceCreateEventOptions,
  type BackstageCredentials,
  coreServices,
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestBackend,
} from '@backstage/backend-test-utils';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { Knex } from 'knex';
import * as http from 'node:http';
import { proxyModuleVertexAi } from '../module';
import type { FakeGoogle } from './google';

export const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/portal';
export const ENDPOINT =
  'projects/acme-ml/locations/us-central1/endpoints/fraud-detector';
export const PREDICT = `/api/proxy/vertex-ai/aiplatform/v1/${ENDPOINT}:predict`;
export const DEPLOY = `/api/proxy/vertex-ai/aiplatform/v1/${ENDPOINT}:deployModel`;
export const OPERATION = `${ENDPOINT}/operations/42`;

/** An answer of the portal. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** A request to the portal; its path goes out exactly as it is written. */
export interface Ask {
  path: string;
  verb?: string;
  /** The value of `authorization`; `null` for none. Left out: the user alice. */
  as?: string | null;
  headers?: Record<string, string>;
  body?: object | string;
}

export const alice = mockCredentials.user.header('user:default/alice');
export const bob = mockCredentials.user.header('user:default/bob');
export const scaffolder = mockCredentials.service.header({
  onBehalfOf: mockCredentials.service('plugin:scaffolder'),
  targetPluginId: 'proxy',
});

/** Whether the catalog is asked as a user. */
function isUser(options: object = {}) {
  const { credentials } = options as {
    credentials?: BackstageCredentials<{ type?: string }>;
  };
  return credentials?.principal.type === 'user';
}

/** A portal with the proxy module, in front of a fake Google. */
export class Portal {
  readonly logs: string[] = [];
  readonly events: {
    eventId: string;
    state: 'initiated' | 'succeeded' | 'failed';
    meta?: object;
    severityLevel?: string;
    error?: string;
  }[] = [];
  /** What the permission framework says to a request. */
  permission: (name: string) => AuthorizeResult | Promise<AuthorizeResult> =
    () => AuthorizeResult.ALLOW;
  /** What the catalog has. */
  readonly entities: Entity[] = [];
  /** Refs of entities that users may not read. */
  readonly hidden: string[] = [];
  /** Makes the catalog fail. */
  catalogFails = false;
  /** Makes the audit log fail. */
  auditorFails = false;
  readonly config = mockServices.rootConfig();
  database!: Knex;
  private backend?: TestBackend;
  private noted = () => {};

  /** The configuration that the tests work with. */
  static settings(google: FakeGoogle) {
    return {
      backend: { baseUrl: 'http://localhost:7007' },
      vertexAi: {
        projects: [{ project: 'acme-ml', locations: ['us-central1'] }],
        identity: { audience: AUDIENCE },
        // The tests of the door itself make calls of their own.
        directChanges: 'allow',
        emulator: { url: google.url },
      },
    };
  }

  async start(data: object, ...features: any[]): Promise<this> {
    // A key signs two seconds after its publication: here it was published two seconds ago.
    const { now } = Date;
    Date.now = () => now() - 2000;
    try {
      return await this.startNow(data, features);
    } finally {
      Date.now = now;
    }
  }

  /** Starts with a signing key that is not known everywhere yet. */
  async startNow(data: object, features: any[] = []): Promise<this> {
    this.config.update({ data: data as any });
    this.backend = await startTestBackend({
      features: [
        proxyModuleVertexAi,
        // The mock's own does not remember whom a request came from once its header is gone.
        httpAuthServiceFactory,
        createServiceFactory({
          service: coreServices.rootConfig,
          deps: {},
          factory: () => this.config,
        }),
        createServiceFactory({
          service: coreServices.logger,
          deps: {},
          factory: () => this.logger(),
        }),
        createServiceFactory({
          service: coreServices.auditor,
          deps: {},
          factory: () => ({ createEvent: event => this.record(event) }),
        }),
        createServiceFactory({
          service: coreServices.userInfo,
          deps: {},
          factory: () => ({
            getUserInfo: async ({ principal }: BackstageCredentials) => {
              const { userEntityRef } = principal as { userEntityRef: string };
              return {
                userEntityRef,
                ownershipEntityRefs: await this.ownershipOf(userEntityRef),
              };
            },
          }),
        }),
        this.catalog(),
        mockServices.permissions.mock({
          authorize: async requests =>
            Promise.all(
              requests.map(async ({ permission }) => ({
                result: (await this.permission(permission.name)) as any,
              })),
            ),
        }).factory,
        inspectDatabase(client => {
          this.database = client;
        }),
        ...features,
      ],
    });
    return this;
  }

  async stop() {
    await this.backend?.stop();
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.backend!.server.port()}${path}`;
  }

  /** Waits until the audit log has an event in this state. */
  async event(state: string): Promise<void> {
    while (!this.events.some(event => event.state === state)) {
      await new Promise<void>(resolve => {
        this.noted = resolve;
      });
    }
  }

  /** Begins a request and gives the answer before its body has come. */
  open(ask: Ask): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const authorization = ask.as === undefined ? alice : ask.as;
      const body =
        typeof ask.body === 'object' ? JSON.stringify(ask.body) : ask.body;
      const request = http.request(
        {
          host: '127.0.0.1',
          port: this.backend!.server.port(),
          path: ask.path,
          method: ask.verb ?? 'POST',
          headers: {
            ...(authorization ? { authorization } : {}),
            ...(body === undefined
              ? {}
              : {
                  'content-type': 'application/json',
                  ...(ask.headers?.['transfer-encoding']
                    ? {}
                    : { 'content-length': Buffer.byteLength(body) }),
                }),
            ...ask.headers,
          },
        },
        resolve,
      );
      request.once('error', reject);
      request.end(body);
    });
  }

  async ask(ask: Ask): Promise<Answer> {
    const response = await this.open(ask);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode!, headers: response.headers, text };
  }

  /** Asks, and reads why the portal refused. */
  async refusal(ask: Ask): Promise<{ status: number; code: string }> {
    const { status, text } = await this.ask(ask);
    return { status, code: JSON.parse(text).diagnostic?.code };
  }

  records(): Promise<any[]> {
    return this.database('vertex_ai_audit').orderBy('created_at');
  }

  /** Ownership refs of a user. A sign-in resolver may leave the user out, as here. */
  async ownershipOf(ref: string): Promise<string[]> {
    return [`group:default/${ref.split('/')[1]}s-team`];
  }

  /** The catalog, as the module reads it. */
  private catalog() {
    const read = (entities = this.entities) => {
      if (this.catalogFails) throw new Error('the catalog is down');
      return catalogServiceMock({ entities });
    };
    const seen = (entity: Entity) =>
      !this.hidden.includes(stringifyEntityRef(entity));
    return catalogServiceMock.mock({
      getEntitiesByRefs: async (asked, options) =>
        read(
          isUser(options) ? this.entities.filter(seen) : undefined,
        ).getEntitiesByRefs(asked, options),
      queryEntities: async (...asked) => read().queryEntities(...asked),
    }).factory;
  }

  private logger(): any {
    const write = (message: unknown, meta?: unknown) => {
      this.logs.push(`${message} ${JSON.stringify(meta ?? {})}`);
    };
    const logger = { error: write, warn: write, info: write, debug: write };
    return { ...logger, child: () => this.logger() };
  }

  async record(event: AuditorServiceCreateEventOptions) {
    if (this.auditorFails) throw new Error('the audit log is full');
    const { eventId, severityLevel, meta } = event;
    const note = (
      state: 'initiated' | 'succeeded' | 'failed',
      more?: object,
      error?: Error,
    ) => {
      this.events.push({
        ...(error && { error: error.message }),
        eventId,
        severityLevel,
        state,
        meta: { ...meta, ...more },
      });
      this.noted();
    };
    note('initiated');
    return {
      success: async (options?: { meta?: object }) => {
        note('succeeded', options?.meta);
      },
      fail: async (options: { meta?: object; error: Error }) => {
        note('failed', options.meta, options.error);
      },
    };
  }
}

/** Databases of the file's portals. Backstage leaves their connections open, and portals may share one. */
const opened = new Set<Knex>();
afterAll(async () => {
  for (const client of opened) await client.destroy();
});

/** Hands out the database of the proxy plugin, which the module's tables are in. */
function inspectDatabase(inspect: (client: Knex) => void) {
  return createBackendModule({
    pluginId: 'proxy',
    moduleId: 'database-inspection',
    register(reg) {
      reg.registerInit({
        deps: { database: coreServices.database },
        async init({ database }) {
          const client = await database.getClient();
          opened.add(client);
          inspect(client);
        },
      });
    },
  });
}
