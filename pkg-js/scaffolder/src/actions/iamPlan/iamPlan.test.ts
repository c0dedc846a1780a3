import { runInNewContext } from 'node:vm';
import * as core from '@backstage-vertex-ai/core/server';
import { entity, servingEntity } from '../../__testUtils__/entities';
import { runAction } from '../../__testUtils__/run';
import { createIamPlanAction } from './iamPlan';

const fetched = jest.spyOn(globalThis, 'fetch');
const ASKED = {
  entityRef: 'component:default/fraud-detector',
  principal: 'group:ml-team@acme.example',
  days: 7,
};

const run = (input: object, more = {}, of = entity) =>
  runAction(
    createIamPlanAction({
      catalog: { getEntityByRef: async () => of } as any,
      loadCore: async () => core,
    }),
    input,
    more,
  );

describe('vertex:iam:plan', () => {
  it('returns every file, and each permission once', async () => {
    const { failure, outputs, log } = await run(ASKED);
    expect(failure).toBeUndefined();
    for (const file of [
      'bindings.json',
      'gcloud.sh',
      'main.tf',
      'access-request.md',
    ])
      expect(outputs.renderings[file]).toContain('ml-team@acme.example');
    expect(outputs.permissions).toContain('aiplatform.endpoints.deploy');
    expect(outputs.permissions.length).toBeLessThanOrEqual(12);
    expect(outputs.explanation).toBe(outputs.renderings['access-request.md']);
    expect(log).toContain('access request for `');
    expect(outputs.risks[0]).toHaveProperty('mitigation');
  });

  it('reports the given rights of the serving account', async () => {
    const accountPowers = { roles: ['roles/editor'] };
    const { outputs } = await run(
      { ...ASKED, accountPowers },
      {},
      servingEntity,
    );
    expect(outputs.explanation).toContain(
      'has `roles/editor` through the service account',
    );
  });

  it('expires after the given days', async () => {
    const before = Date.now();
    const { outputs } = await run(ASKED);
    const days = (Date.parse(outputs.expiresAt) - before) / 86_400_000;
    expect(days).toBeCloseTo(7, 3);
    expect(outputs.renderings['main.tf']).toContain(outputs.expiresAt);
  });

  it('requests less when more exists, in a dry run too', async () => {
    const { days: _, ...rest } = ASKED;
    const input = {
      ...rest,
      expiresAt: '2999-01-01T00:00:00Z',
      found: { model: true, endpoint: true },
    };
    const wet = await run(input);
    const dry = await run(input, { isDryRun: true });
    expect(wet.outputs.permissions.length).toBeLessThanOrEqual(6);
    expect(dry.outputs).toEqual(wet.outputs);
    expect(fetched).not.toHaveBeenCalled();
  });

  it('accepts an object that a template expression returns', async () => {
    const found = { model: true, endpoint: true };
    const plain = await run({ ...ASKED, found });
    const rendered = runInNewContext('({ model: true, endpoint: true })');
    expect(rendered).not.toBeInstanceOf(Object);
    const { failure, outputs } = await run({ ...ASKED, found: rendered });
    expect(failure).toBeUndefined();
    expect(outputs.permissions).toEqual(plain.outputs.permissions);
  });

  it.each([
    [{ principal: 'jane' }, 'iam/principal-malformed'],
    [{ principal: 'allUsers' }, 'iam/principal-too-broad'],
    [{ days: undefined, expiresAt: 'soon' }, 'iam/expiry-malformed'],
    [{ expiresAt: '2999-01-01T00:00:00Z' }, 'exclude each other'],
    [{ days: 0.5 }, 'whole number'],
    [{ days: 1e9 }, 'iam/expiry-out-of-range'],
    [{ delivery: 'pam' }, 'iam/approver-missing'],
    [{ methods: ['aiplatform.surprise'] }, 'iam/method-unknown'],
    [
      { unsupportedPermissions: ['aiplatform.endpoints.deploy'] },
      'iam/permission-unsupported',
    ],
    [{ accountPowers: { roles: 'roles/owner' } }, 'not a list of strings'],
    [{ found: { model: 'yes' } }, 'neither true nor false'],
  ])('rejects %j', async (change, said) => {
    const { failure, outputs } = await run({ ...ASKED, ...change });
    expect(failure?.message).toContain(said);
    expect(outputs).toEqual({});
  });
});
