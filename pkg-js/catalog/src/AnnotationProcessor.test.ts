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
const wrong = component('churn', { [MACHINE]: 'n1-standart-4' });
const right = component('fraud');
const SAID =
  'machine-type/unknown: Vertex AI serves no models on machine type `n1-standart-4` — did you mean `n1-standard-4`?';

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
  it('lets a wrong entity in, and its page has what the core says', async () => {
    write(wrong, right);
    await start();
    const { status } = await portal.entity('component/default/churn');
    expect(status?.items).toEqual([
      {
        type: 'backstage.io/catalog-processing',
        level: 'error',
        message: `InputError: ${SAID}`,
        error: {
          name: 'InputError',
          message: SAID,
          diagnostic: expect.anything(),
        },
      },
    ]);
    const { diagnostics } = validate({ source: { entity: wrong } });
    expect(
      JSON.stringify(status!.items!.map(({ error }) => error!.diagnostic)),
    ).toBe(JSON.stringify(diagnostics));

    expect(
      (await portal.entity('component/default/fraud')).status,
    ).toBeUndefined();
  });

  it('keeps what other processors say about the entity', async () => {
    const own = { type: 'acme.com/build', level: 'info', message: 'built' };
    const processor = new AnnotationProcessor({ onInvalid: 'warn' });
    const { status }: AlphaEntity = await processor.postProcessEntity(
      { ...wrong, status: { items: [own] } } as AlphaEntity,
      { type: 'url', target: 'https://acme.example/catalog-info.yaml' },
      () => {},
    );
    expect(status!.items!.map(({ type }) => type)).toEqual([
      'acme.com/build',
      'backstage.io/catalog-processing',
    ]);
  });

  it('looks at annotations once their placeholders are resolved, and passes over other entities', async () => {
    const { apiVersion } = wrong;
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
    expect(status!.items![0].error!.message).toBe(SAID);
    for (const other of ['api/default/scores', 'system/default/payments']) {
      expect((await portal.entity(other)).status).toBeUndefined();
    }
  });
});

describe('onInvalid: refuse', () => {
  const catalog = { onInvalid: 'refuse' };

  it('keeps a wrong entity out, and lets its neighbours in', async () => {
    write(wrong, right);
    await start({ catalog });
    expect(await portal.refusal('component:default/churn')).toEqual([
      expect.objectContaining({ name: 'InputError', message: SAID }),
    ]);
    await portal.entity('component/default/fraud');
    const { status } = await portal.ask(
      '/api/catalog/entities/by-name/component/default/churn',
    );
    expect(status).toBe(404);
  });

  it('keeps the entity that was there, and its page has why it is an old one', async () => {
    write(right);
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
        message: `InputError: ${SAID}`,
        error: {
          name: 'InputError',
          message: SAID,
          diagnostic: expect.objectContaining({ code: 'machine-type/unknown' }),
        },
      },
    ]);
  });

  it('tells each error to those who ask before they register', async () => {
    write(right);
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

  it('never refuses because of a warning', async () => {
    write(wrong);
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

  it('switches a rule off', async () => {
    write(wrong);
    await start({ rules: { 'machine-type/unknown': 'off' } });
    expect(
      (await portal.entity('component/default/churn')).status,
    ).toBeUndefined();
  });

  it('makes an error of a warning', async () => {
    write(alias);
    await start({ rules: { 'model/alias': 'error' } });
    const { status } = await portal.entity('component/default/churn');
    expect(status!.items!.map(({ level }) => level)).toEqual(['error']);
  });
});
