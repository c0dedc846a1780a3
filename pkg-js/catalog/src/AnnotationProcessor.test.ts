import { validate } from '@backstage-vertex-ai/core';
import type { BackendFeature } from '@backstage/backend-plugin-api';
import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import type { AlphaEntity } from '@backstage/catalog-model/alpha';
import { component, startPortal, yaml } from './__testUtils__/portal';
import { AnnotationProcessor } from './AnnotationProcessor';

jest.setTimeout(60_000);

const MACHINE = 'google.com/vertex-ai-machine-type';
const invalid = component('churn', { [MACHINE]: 'n1-standart-4' });
const valid = component('fraud');
const MESSAGE =
  'machine-type/unknown: Vertex AI is not known to serve models on "n1-standart-4" — did you mean "n1-standard-4"?';

const files = createMockDirectory();
const write = (...entities: object[]) =>
  files.addContent({ 'catalog-info.yaml': yaml(...entities) });

let portal: Awaited<ReturnType<typeof startPortal>>;
afterEach(() => portal.stop());

async function start(vertexAi?: object, features?: BackendFeature[]) {
  const file = files.resolve('catalog-info.yaml');
  portal = await startPortal({ file, vertexAi, features });
}

describe('onInvalid: warn', () => {
  it('stores an invalid entity with the findings of the core', async () => {
    write(invalid, valid);
    await start();
    const { status } = await portal.entity('component/default/churn');
    expect(status?.items).toEqual([
      {
        type: 'backstage.io/catalog-processing',
        level: 'error',
        message: `InputError: ${MESSAGE}`,
        error: {
          name: 'InputError',
          message: MESSAGE,
          diagnostic: expect.anything(),
        },
      },
    ]);
    const { diagnostics } = validate({ source: { entity: invalid } });
    expect(
      JSON.stringify(status!.items!.map(({ error }) => error!.diagnostic)),
    ).toBe(JSON.stringify(diagnostics));

    expect(
      (await portal.entity('component/default/fraud')).status,
    ).toBeUndefined();
  });

  it('keeps the status items of other processors', async () => {
    const own = { type: 'acme.com/build', level: 'info', message: 'built' };
    const processor = new AnnotationProcessor({ onInvalid: 'warn' });
    const { status }: AlphaEntity = await processor.postProcessEntity(
      { ...invalid, status: { items: [own] } } as AlphaEntity,
      { type: 'url', target: 'https://acme.example/catalog-info.yaml' },
      () => {},
    );
    expect(status!.items!.map(({ type }) => type)).toEqual([
      'acme.com/build',
      'backstage.io/catalog-processing',
    ]);
  });

  it('checks annotations after placeholders are resolved, and ignores other entities', async () => {
    const { apiVersion } = invalid;
    write(
      component('churn', {
        [MACHINE]: { $text: 'https://acme.example/machine' },
      }),
      {
        apiVersion,
        kind: 'API',
        metadata: { name: 'scores' },
        spec: {
          type: 'openapi',
          lifecycle: 'production',
          owner: 'ml-team',
          definition: { $text: 'https://acme.example/api' },
        },
      },
      {
        apiVersion,
        kind: 'System',
        metadata: { name: 'payments' },
        spec: { owner: 'ml-team' },
      },
    );
    const { factory } = mockServices.urlReader.mock({
      readUrl: async () =>
        ({ buffer: async () => Buffer.from('n1-standart-4') }) as any,
    });
    await start({}, [factory]);
    const { status } = await portal.entity('component/default/churn');
    expect(status!.items![0].error!.message).toBe(MESSAGE);
    for (const other of ['api/default/scores', 'system/default/payments']) {
      expect((await portal.entity(other)).status).toBeUndefined();
    }
  });
});

describe('onInvalid: refuse', () => {
  const catalog = { onInvalid: 'refuse' };

  it('refuses an invalid entity and stores the others of its file', async () => {
    write(invalid, valid);
    await start({ catalog });
    expect(await portal.refusal('component:default/churn')).toEqual([
      expect.objectContaining({ name: 'InputError', message: MESSAGE }),
    ]);
    await portal.entity('component/default/fraud');
    const { status } = await portal.ask(
      '/api/catalog/entities/by-name/component/default/churn',
    );
    expect(status).toBe(404);
  });

  it('keeps the old version of an entity, with the errors of the new one', async () => {
    write(valid);
    await start({ catalog });
    const before = await portal.entity('component/default/fraud');
    write(component('fraud', { [MACHINE]: 'n1-standart-4' }));
    await portal.ask('/api/catalog/refresh', {
      entityRef: 'component:default/fraud',
    });
    const after = await portal.entity('component/default/fraud', ({ status }) =>
      Boolean(status),
    );
    expect(after.metadata.annotations).toEqual(before.metadata.annotations);
    expect(after.status!.items).toEqual([
      {
        type: 'backstage.io/catalog-processing',
        level: 'error',
        message: `InputError: ${MESSAGE}`,
        error: {
          name: 'InputError',
          message: MESSAGE,
          diagnostic: expect.objectContaining({ code: 'machine-type/unknown' }),
        },
      },
    ]);
  });

  it('reports each error to validation before registration', async () => {
    write(valid);
    await start({ catalog });
    const { status, body } = await portal.ask('/api/catalog/validate-entity', {
      entity: component('churn', {
        [MACHINE]: 'n1-standart-4',
        'google.com/vertex-ai-endpoint':
          'projects/acme-ml/locations/europe-west4/endpoints/churn',
      }),
      location: 'url:https://acme.example/catalog-info.yaml',
    });
    expect(status).toBe(400);
    expect(
      body.errors.map(({ message }: Error) => message.split(': ')[0]),
    ).toEqual(['endpoint/location-mismatch', 'machine-type/unknown']);
  });

  it('never refuses an entity for a warning', async () => {
    write(invalid);
    await start({ catalog, rules: { 'machine-type/unknown': 'warning' } });
    const { status } = await portal.entity('component/default/churn');
    expect(status!.items).toEqual([
      expect.objectContaining({ level: 'warning' }),
    ]);
  });
});

describe('vertexAi.rules', () => {
  const alias = component('churn', {
    'google.com/vertex-ai-model': 'churn@default',
  });

  it('disables a rule', async () => {
    write(invalid);
    await start({ rules: { 'machine-type/unknown': 'off' } });
    expect(
      (await portal.entity('component/default/churn')).status,
    ).toBeUndefined();
  });

  it('raises a warning to an error', async () => {
    write(alias);
    await start({ rules: { 'model/alias': 'error' } });
    const { status } = await portal.entity('component/default/churn');
    expect(status!.items!.map(({ level }) => level)).toEqual(['error']);
  });
});
