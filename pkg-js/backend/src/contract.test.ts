import {
  deploymentStart,
  type DeploymentStart,
} from '@backstage-vertex-ai/core/server';
import Ajv2020 from 'ajv/dist/2020';
import { checkRequest, document } from './__testUtils__/openApi';

const schema = document.components.schemas.Start;
const validate = new Ajv2020({ strict: false })
  .addSchema(document, 'api')
  .getSchema('api#/components/schemas/Start')!;

/** One body at least for each field, as the server takes it. */
const BODIES: Record<string, unknown>[] = [
  { entityRef: 'a', environment: 'staging', modelVersion: '3' },
  { text: 'kind: Component', file: 'catalog-info.yaml' },
  { entityRef: 'a', kind: 'deploy', newVersion: true, setAlias: 'prod' },
  { entityRef: 'a', kind: 'deploy', removePreviousAfterMinutes: 10 },
  { entityRef: 'a', kind: 'undeploy', deployedModelId: '7' },
  { entityRef: 'a', kind: 'undeploy', all: true, deleteEndpoint: 'fraud' },
  { entityRef: 'a', kind: 'undeploy', idleModels: ['7'] },
  { entityRef: 'a', kind: 'traffic', deployedModelId: '7', traffic: 20 },
  {
    entityRef: 'a',
    kind: 'scale',
    deployedModelId: '7',
    minReplicas: 1,
    maxReplicas: 2,
  },
  { entityRef: 'a', kind: 'rollback', deployment: 'f-1' },
  { entityRef: 'a', kind: 'promote', from: 'staging' },
];

const taken = (body: object): DeploymentStart | undefined => {
  try {
    return deploymentStart(body, 'key');
  } catch {
    return undefined;
  }
};

describe('openapi.yaml and the server', () => {
  it('take the same bodies of a start', () => {
    for (const body of BODIES) {
      expect([validate(body), Boolean(taken(body))]).toEqual([true, true]);
    }
  });

  it('know the same fields of a start', () => {
    const used = new Set(BODIES.flatMap(Object.keys));
    expect(Object.keys(schema.properties).sort()).toEqual([...used].sort());
    for (const field of ['unlisted', 'modelversion', 'entity']) {
      const body = { entityRef: 'a', [field]: 'b' };
      expect([validate(body), Boolean(taken(body))]).toEqual([false, false]);
    }
  });

  it('refuse values of another type', () => {
    for (const body of BODIES) {
      for (const field of Object.keys(body)) {
        const wrong = { ...body, [field]: { of: 'another type' } };
        expect([field, validate(wrong), Boolean(taken(wrong))]).toEqual([
          field,
          false,
          false,
        ]);
      }
    }
  });

  it.each([
    ['GET', '/deployments?limit=200', {}],
    ['GET', '/deployments?state=running,asleep', {}],
    ['GET', '/deployments?since=yesterday', {}],
    ['GET', '/deployments?page=2', {}],
    ['GET', '/deployments/7', {}],
    ['GET', '/deployments', { body: {} }],
    ['POST', '/deployments', { body: { entityRef: 'a' } }],
    [
      'POST',
      '/deployments',
      { body: { entityRef: 1 }, headers: { 'idempotency-key': 'k' } },
    ],
  ])('do not describe %s %s', (verb, path, more) => {
    expect(() =>
      checkRequest(verb, path, 200, { headers: {}, ...more }),
    ).toThrow(/openapi.yaml/);
  });
});
