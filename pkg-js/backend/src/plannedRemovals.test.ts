/** Requests to deploy and to remove what served before. */
import { Portal, REF } from './__testUtils__/portal';

let portal: Portal;

beforeEach(async () => {
  portal = await new Portal().start();
});
afterEach(() => portal.stop());

describe('POST /deployments with the removal of previous models', () => {
  const removing = async (key: string, minutes = 10) => {
    portal.runs.deployedModelId = key;
    const { body } = await portal.startDeployment({
      key,
      body: { entityRef: REF, removePreviousAfterMinutes: minutes },
    });
    await portal.ended(body.id);
    const { body: listed } = await portal.ask('/deployments');
    return listed.items.filter(({ follows }: any) => follows === body.id);
  };

  it('schedules it in the history, under a mandate of its own', async () => {
    expect(await removing('1')).toEqual([]);
    const [removal] = await removing('2');
    expect(removal).toMatchObject({
      kind: 'undeploy',
      state: 'scheduled',
      user: 'user:default/alice',
      mandate: expect.any(String),
    });
    const asked = portal.proxied.find(
      ({ body }) => body.deployment === removal.id,
    );
    expect(asked).toMatchObject({
      path: '/mandates',
      principal: { userEntityRef: 'user:default/alice' },
      body: { request: { kind: 'undeploy', idleModels: ['1'] } },
    });

    expect((await portal.cancel(removal.id)).status).toBe(202);
    expect(await portal.ended(removal.id)).toMatchObject({
      state: 'cancelled',
    });
  });

  it('schedules it without a pause, too', async () => {
    await removing('1', 0);
    expect(await removing('2', 0)).toHaveLength(1);
  });

  it('shows why it is not scheduled, and deploys all the same', async () => {
    await removing('1');
    const finding = {
      code: 'proxy/target-not-allowed',
      severity: 'error',
      message: 'the project is not allowed',
    };
    portal.mandate = () =>
      portal.proxied.at(-1).body.request.kind === 'undeploy'
        ? [403, { diagnostic: finding }]
        : [201, { id: `mandate-${portal.proxied.length}` }];
    const [removal] = await removing('2');
    expect(removal).toMatchObject({
      state: 'failed',
      diagnostics: [finding],
    });
  });
});
