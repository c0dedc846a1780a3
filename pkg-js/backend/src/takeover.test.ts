import { CorePortal } from './__testUtils__/corePortal';
import { FakeGoogle } from './__testUtils__/google';
import { unseen } from './__testUtils__/openApi';
import { bob, service } from './__testUtils__/portal';

let portal: CorePortal;
let google: FakeGoogle;

beforeEach(async () => {
  google = new FakeGoogle();
  portal = await new CorePortal(google).start();
});
afterEach(() => portal.stop());

const takeOver = (id: string, as = bob) =>
  portal.ask(`/deployments/${id}/takeover`, { verb: 'POST', as });

const end = async (id: string) => (await portal.follow(id)).events.at(-1)!.data;

/** Runs a deployment that fails and is denied its removal. */
async function leave() {
  google.error = { code: 9, message: 'Model server exited unexpectedly.' };
  google.denied = 'DELETE';
  const { body } = await portal.startDeployment();
  const left = await end(body.id);
  expect(left).toMatchObject({ state: 'failed', undone: [] });
  expect(left.notUndone).toHaveLength(1);
  await portal.asked(({ query }) => query.deployment === body.id);
  google.denied = undefined;
  return body.id as string;
}

describe('POST /deployments/{id}/takeover', () => {
  it('removes what is left, under a mandate of the administrator for that alone', async () => {
    const id = await leave();
    const before = portal.proxied.length;
    google.calls.length = 0;
    const { status, body } = await takeOver(id);
    expect(status).toBe(202);
    expect(body).toMatchObject({ id, user: 'user:default/alice' });
    expect(['removing', 'failed']).toContain(body.state);
    expect(await end(id)).toMatchObject({
      state: 'failed',
      undone: ['endpoint `fraud-detector`'],
      notUndone: [],
    });
    expect(google.endpoint).toBeUndefined();
    const makes = /:deployModel|\?endpointId=|models:upload/;
    expect(google.calls.filter(line => makes.test(line))).toEqual([]);

    const [made, ended, ...calls] = portal.proxied.slice(before);
    expect(made).toMatchObject({
      verb: 'POST',
      path: '/mandates',
      principal: { userEntityRef: 'user:default/bob' },
      body: { deployment: id },
    });
    // Ended before anything is called: it covers removals only.
    expect(ended).toMatchObject({
      verb: 'DELETE',
      path: `/mandates/${body.mandate}`,
    });
    const google_ = calls.filter(({ path }) => path.includes('/aiplatform/'));
    expect(google_.length).toBeGreaterThan(0);
    for (const call of google_) expect(call.mandate).toBe(body.mandate);
    expect(portal.logs.join()).toContain('user:default/bob');
  });

  it('is for administrators, and for users alone', async () => {
    const id = await leave();
    portal.permission = name => name !== 'vertex-ai.administer';
    const denied = await takeOver(id);
    expect(denied.status).toBe(403);
    expect(denied.body.error.message).toContain('vertex-ai.administer');
    portal.permission = () => true;
    expect((await takeOver(id, service('plugin:scaffolder'))).status).toBe(403);
    portal.permission = name => name !== 'vertex-ai.deployment.read';
    expect((await takeOver(id)).status).toBe(404);
    expect(google.endpoint).toBeDefined();
  });

  it('is refused where nothing is left, and where another one was faster', async () => {
    const served = (await portal.startDeployment()).body.id;
    await end(served);
    expect((await takeOver(served)).status).toBe(409);
    google.endpoint = undefined;
    google.error = { code: 9, message: 'Model server exited unexpectedly.' };
    google.denied = 'DELETE';
    const { body } = await portal.startDeployment({ key: 'again' });
    await end(body.id);
    google.denied = undefined;
    const answers = await Promise.all([takeOver(body.id), takeOver(body.id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect((await end(body.id)).notUndone).toEqual([]);
  });
});

describe('openapi.yaml', () => {
  it('describes no answer that no test got', () => {
    expect(unseen('takeover')).toEqual([]);
  });
});
