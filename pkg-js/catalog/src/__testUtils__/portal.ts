import {
  actionsRegistryServiceFactory,
  actionsServiceFactory,
} from '@backstage/backend-defaults/alpha';
import { httpAuthServiceFactory } from '@backstage/backend-defaults/httpAuth';
import {
  type BackendFeature,
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import type { AlphaEntity } from '@backstage/catalog-model/alpha';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import { EventEmitter, once } from 'node:events';
import { stringify } from 'yaml';
import { catalogModuleVertexAi } from '../module';

/** An entity with valid Vertex AI annotations. `annotations` overrides them. */
export const component = (name: string, annotations: object = {}) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name,
    annotations: {
      'google.com/vertex-ai-project': 'acme-ml',
      'google.com/vertex-ai-location': 'us-central1',
      'google.com/vertex-ai-endpoint': name,
      'google.com/vertex-ai-model': `${name}@3`,
      ...annotations,
    },
  },
  spec: { type: 'ml-model', lifecycle: 'production', owner: 'ml-team' },
});

export const yaml = (...entities: object[]) =>
  entities.map(entity => stringify(entity)).join('---\n');

/** How to close the databases of the file's portals: Backstage leaves their connections open, also after a start that failed. */
const closings: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closings) await close();
});

/** Starts a backend with the module and a real catalog that reads a file. */
export async function startPortal(
  options: {
    file?: string;
    vertexAi?: object;
    features?: BackendFeature[];
  } = {},
) {
  const { file, vertexAi } = options;
  const refusals = new EventEmitter();
  const listener = createBackendModule({
    pluginId: 'catalog',
    moduleId: 'listener',
    register(reg) {
      reg.registerInit({
        deps: { database: coreServices.database, events: eventsServiceRef },
        init: async ({ database, events }) => {
          const client = await database.getClient();
          closings.push(() => client.destroy());
          await events.subscribe({
            id: 'listener',
            topics: ['experimental.catalog.errors'],
            onEvent: async ({ eventPayload }: { eventPayload: any }) => {
              refusals.emit(eventPayload.entity, eventPayload.errors);
            },
          });
        },
      });
    },
  });
  const backend = await startTestBackend({
    features: [
      mockServices.rootConfig.factory({
        data: {
          backend: { actions: { pluginSources: ['catalog'] } },
          catalog: {
            rules: [{ allow: ['Component', 'Location', 'System', 'API'] }],
            locations: file ? [{ type: 'file', target: file }] : [],
          },
          ...(vertexAi && { vertexAi }),
        },
      }),
      mockServices.auth.factory(),
      httpAuthServiceFactory,
      actionsRegistryServiceFactory,
      actionsServiceFactory,
      catalogPlugin,
      catalogModuleVertexAi,
      listener,
      ...(options.features ?? []),
    ],
  });
  const origin = `http://localhost:${backend.server.port()}`;

  async function ask(
    path: string,
    body?: object,
    authorization = mockCredentials.user.header(),
  ) {
    const response = await fetch(`${origin}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text ? JSON.parse(text) : undefined,
    };
  }

  /** Polls the catalog for an entity until it exists and `isDone`: the catalog has no event for a stored entity. */
  async function entity(
    ref: string,
    isDone: (entity: AlphaEntity) => boolean = () => true,
  ): Promise<AlphaEntity> {
    const path = `/api/catalog/entities/by-name/${ref}`;
    for (;;) {
      const { status, body } = await ask(path);
      if (status === 200 && isDone(body)) return body;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }

  /** Waits for the next refusal of an entity and returns its errors. */
  const refusal = async (ref: string): Promise<Error[]> =>
    (await once(refusals, ref))[0];

  return { origin, ask, entity, refusal, stop: () => backend.stop() };
}
