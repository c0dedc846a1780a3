import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { FakeGoogle } from './__testUtils__/google';
import {
  type Ask,
  DEPLOY,
  ENDPOINT,
  Portal,
  PREDICT,
  scaffolder,
} from './__testUtils__/portal';

const MOUNT = '/api/proxy/vertex-ai';
const POLICY = `${MOUNT}/cloudresourcemanager/v3/projects/acme-ml:setIamPolicy`;

describe('a call is refused', () => {
  let google: FakeGoogle;
  let portal: Portal;

  beforeAll(async () => {
    google = await FakeGoogle.start();
    portal = await new Portal().start(Portal.settings(google));
  });

  afterAll(async () => {
    await portal.stop();
    await google.stop();
  });

  /** The portal's answer, and whatever of the call reached Google or the records. */
  const refusal = async (ask: Ask) => ({
    ...(await portal.refusal(ask)),
    reached: [
      ...google.received,
      ...google.assertions,
      ...(await portal.records()),
    ],
  });

  const cases: [string, Ask, number, string?][] = [
    [
      'an unknown method',
      { path: PREDICT.replace(':predict', ':explain') },
      403,
      'proxy/method-unknown',
    ],
    [
      'another verb',
      { path: PREDICT, verb: 'PUT' },
      403,
      'proxy/method-unknown',
    ],
    [
      'an unknown service',
      { path: `${MOUNT}/sts/v1/token` },
      403,
      'proxy/method-unknown',
    ],
    [
      'dot segments',
      { path: `${MOUNT}/aiplatform/v1/x/../${ENDPOINT}:predict` },
      400,
      'proxy/path-malformed',
    ],
    [
      'escaped dot segments',
      { path: `${MOUNT}/aiplatform/v1/%2e%2e/v1/${ENDPOINT}:predict` },
      400,
      'proxy/path-malformed',
    ],
    [
      'empty segments',
      { path: `${MOUNT}/aiplatform//v1/${ENDPOINT}:predict` },
      400,
      'proxy/path-malformed',
    ],
    [
      'another host in the path',
      { path: `${MOUNT}/https://evil.example/v1/${ENDPOINT}:predict` },
      400,
      'proxy/path-malformed',
    ],
    [
      'the absolute form',
      { path: `http://evil.example${PREDICT}` },
      400,
      'proxy/path-malformed',
    ],
    [
      'a route in capitals',
      { path: PREDICT.replace('vertex-ai', 'VERTEX-AI') },
      400,
      'proxy/path-malformed',
    ],
    [
      'another verb in a header',
      { path: PREDICT, headers: { 'X-HTTP-Method-Override': 'DELETE' } },
      400,
      'proxy/method-unknown',
    ],
    [
      'another verb in a second header',
      { path: PREDICT, headers: { 'X-HTTP-Method': 'DELETE' } },
      400,
      'proxy/method-unknown',
    ],
    [
      'another verb in a third header',
      { path: PREDICT, headers: { 'X-Method-Override': 'DELETE' } },
      400,
      'proxy/method-unknown',
    ],
    [
      'another project',
      { path: PREDICT.replace('acme-ml', 'other-ml') },
      403,
      'proxy/target-not-allowed',
    ],
    [
      'another location',
      { path: PREDICT.replace('us-central1', 'europe-west4') },
      403,
      'proxy/target-not-allowed',
    ],
    [
      'an unknown parameter',
      { path: `${PREDICT}?access_token=x` },
      400,
      'proxy/query-unknown',
    ],
    [
      'a body that the method does not accept',
      { path: DEPLOY, body: '{"deployedModel": 1}' },
      400,
      'proxy/body-malformed',
    ],
    [
      'a policy of which Google would write a part, whatever its etag',
      {
        path: POLICY,
        body: {
          policy: { version: 3, etag: 'stale', bindings: [] },
          updateMask: 'bindings',
        },
      },
      400,
      'proxy/body-malformed',
    ],
    [
      'another resource in the body',
      {
        path: POLICY,
        body: {
          policy: { version: 3, etag: 'a' },
          resource: 'projects/other-ml',
        },
      },
      400,
      'proxy/body-malformed',
    ],
    [
      'another endpoint in the body',
      {
        path: DEPLOY,
        body: {
          deployedModel: { model: 'm' },
          endpoint: ENDPOINT.replace('acme', 'other'),
        },
      },
      400,
      'proxy/body-malformed',
    ],
    [
      'one field by two names',
      {
        path: DEPLOY,
        body: { deployedModel: { model: 'm' }, deployed_model: { model: 'n' } },
      },
      400,
      'proxy/body-malformed',
    ],
    [
      'a model of another project',
      {
        path: DEPLOY,
        body: {
          deployedModel: {
            model: 'projects/other-ml/locations/us-central1/models/m',
          },
        },
      },
      400,
      'proxy/target-not-allowed',
    ],
    [
      'a body that is too large',
      { path: DEPLOY, body: { deployedModel: { x: 'x'.repeat(1 << 20) } } },
      413,
      'proxy/body-malformed',
    ],
    [
      'a body in chunks that is too large',
      {
        path: DEPLOY,
        body: 'x'.repeat(3 << 20),
        headers: { 'transfer-encoding': 'chunked' },
      },
      413,
      'proxy/body-malformed',
    ],
    [
      'a service without a user',
      { path: PREDICT, as: scaffolder, body: {} },
      403,
      'proxy/caller-not-allowed',
    ],
    [
      'a service that reads an operation that no user of the portal started',
      {
        path: `${MOUNT}/aiplatform/v1/${ENDPOINT}/operations/7`,
        verb: 'GET',
        as: scaffolder,
      },
      403,
      'proxy/caller-not-allowed',
    ],
  ];

  it.each(cases)('for %s', async (_, ask, status, code) => {
    expect(await refusal(ask)).toEqual({ status, code, reached: [] });
  });

  it('without a user', async () => {
    for (const as of [null, 'Bearer nonsense']) {
      const { status } = await portal.ask({ path: PREDICT, as, body: {} });
      expect(status).toBe(401);
    }
  });

  it('without a Backstage permission, which it names', async () => {
    portal.permission = name =>
      name === 'vertex-ai.deploy'
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW;
    const { status, text } = await portal.ask({
      path: DEPLOY,
      body: { deployedModel: { model: 'm' } },
    });
    expect(status).toBe(403);
    const { error, diagnostic } = JSON.parse(text);
    expect(error.name).toBe('NotAllowedError');
    expect(diagnostic).toMatchObject({
      code: 'portal/refused',
      severity: 'error',
      message: expect.stringContaining('vertex-ai.deploy'),
    });
  });
});

describe('where the default policy is off', () => {
  it('a call without a user is still refused', async () => {
    const google = await FakeGoogle.start();
    const settings = Portal.settings(google);
    const portal = await new Portal().start({
      ...settings,
      backend: {
        ...settings.backend,
        auth: { dangerouslyDisableDefaultAuthPolicy: true },
      },
    });
    expect(await portal.refusal({ path: PREDICT, as: null })).toEqual({
      status: 401,
      code: 'portal/refused',
    });
    expect(google.received).toEqual([]);
    await portal.stop();
    await google.stop();
  });
});
