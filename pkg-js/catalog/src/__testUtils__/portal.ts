import {
  actionsRegistryServiceFactory,
  actionsServiceFactory,
} from '@backstage/backend-defaults/alpha';
import { httpAuthServiceFactory } from '@backstage/backend-defaults/httpAuth';
import {
  type BackendFeature,
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

/** An entity with Vertex AI annotations that are right, but for those given. */
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

/** A backend with a real catalog that reads the given file, and the module. */
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
        deps: { events: eventsServiceRef },
        init: async ({ events }) =>
          events.subscribe({
            id: 'listener',
            topics: ['experimental.catalog.errors'],
            onEvent: async ({ eventPayload }: { eventPayload: any }) => {
              refusals.emit(eventPayload.entity, eventPayload.errors);
            },
          }),
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

  /** An entity as the catalog has it, once it is as it is to be. The catalog tells nobody when it has stored one. */
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

  /** Why the catalog next refuses an entity. */
  const refusal = async (ref: string): Promise<Error[]> =>
    (await once(refusals, ref))[0];

  return { origin, ask, entity, refusal, stop: () => backend.stop() };
}
