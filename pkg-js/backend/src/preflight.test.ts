import { unseen } from './__testUtils__/openApi';
import { bob, Portal, REF } from './__testUtils__/portal';

jest.setTimeout(60_000);

const ENDPOINT =
  'projects/acme-ml/locations/us-central1/endpoints/fraud-detector';
const DENIED = { error: { code: 403, status: 'PERMISSION_DENIED' } };
const MISSING = { error: { code: 404, status: 'NOT_FOUND', message: 'no' } };

describe('the preflight', () => {
  let portal: Portal;

  beforeEach(async () => {
    portal = await new Portal().start();
  });
  afterEach(() => portal.stop());

  const check = (more: object = {}) =>
    portal.ask('/preflight', { body: { entityRef: REF }, ...more });
  const outcomes = ({ body }: any): Record<string, string> =>
    Object.fromEntries(
      body.checks.map(({ name, outcome }: any) => [name, outcome]),
    );

  it('asks Google as the user, starts nothing and judges each answer', async () => {
    portal.google = async line => {
      if (line.includes('/models/')) {
        return [200, { supportedDeploymentResourcesTypes: [] }];
      }
      if (line.includes('/endpoints/')) return [404, MISSING];
      return [403, DENIED];
    };
    const answer = await check();
    expect(answer.status).toBe(200);
    expect(answer.body.ok).toBe(false);
    expect(outcomes(answer)).toMatchObject({
      'model-deployable': 'no',
      'endpoint-free': 'ok',
      'cpu-quota': 'unknown',
    });
    for (const { principal, mandate } of portal.proxied) {
      expect(principal).toMatchObject({ userEntityRef: 'user:default/alice' });
      expect(mandate).toBeUndefined();
    }
    const verbs = portal.proxied
      .filter(({ verb }) => verb !== 'GET')
      .map(({ path }) => path.split(':').at(-1));
    expect(new Set(verbs)).toEqual(new Set(['testIamPermissions']));
    expect((await portal.ask('/deployments')).body.items).toEqual([]);
  });

  it('sends the calls of a round at once', async () => {
    const together = 6;
    let arrived = 0;
    let all = () => {};
    const met = new Promise<void>(resolve => {
      all = resolve;
    });
    portal.google = async () => {
      arrived += 1;
      if (arrived === together) all();
      // Calls one after the other would never meet.
      await met;
      return [403, DENIED];
    };
    const { body } = await check();
    const reasons = body.checks.map(({ finding }: any) => finding.message);
    expect(reasons.join()).not.toContain('no answer');
  });

  it('reports a hanging call as unknown, within five seconds', async () => {
    portal.google = line =>
      line.includes('/operations')
        ? new Promise(() => {})
        : Promise.resolve([200, { name: ENDPOINT }]);
    const start = Date.now();
    const answer = await check();
    expect(Date.now() - start).toBeLessThan(5_000);
    const free = answer.body.checks.find(
      ({ name }: any) => name === 'endpoint-free',
    );
    expect(free).toMatchObject({
      outcome: 'unknown',
      finding: {
        code: 'preflight/unknown',
        message: expect.stringContaining('no answer within 2 s'),
      },
    });
  });

  it('is for those who may start a deployment', async () => {
    portal.permission = (_, __, user) => user !== 'user:default/bob';
    expect((await check({ as: bob })).status).toBe(403);
    expect(portal.proxied).toEqual([]);
    expect((await check()).status).toBe(200);
  });

  it('refuses what cannot be planned', async () => {
    const broken = { entityRef: 'component:default/broken' };
    expect((await check({ body: broken })).status).toBe(400);
    const hidden = { entityRef: 'component:default/hidden' };
    expect((await check({ body: hidden })).status).toBe(404);
    expect(portal.proxied).toEqual([]);
  });
});

describe('openapi.yaml', () => {
  it('describes no answer that no test got', () => {
    expect(unseen('preflight')).toEqual([]);
  });
});
