import { mockCredentials } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { FakeGoogle } from './__testUtils__/google';
import {
  type Ask,
  bob,
  DEPLOY,
  ENDPOINT,
  Portal,
  PREDICT,
} from './__testUtils__/portal';

/** No status read: equal ones share an answer. */
const read: Ask = {
  path: `/api/proxy/vertex-ai/aiplatform/v1/${ENDPOINT.replace('endpoints', 'models')}`,
  verb: 'GET',
};
const predict: Ask = { path: PREDICT, body: {} };
const deploy: Ask = { path: DEPLOY, body: { deployedModel: { id: '1' } } };

describe('an allow decision', () => {
  let google: FakeGoogle;
  let portal: Portal;
  let asked: string[];

  beforeEach(async () => {
    google = await FakeGoogle.start();
    portal = await new Portal().start(Portal.settings(google));
    asked = [];
    portal.permission = name => {
      asked.push(name);
      return AuthorizeResult.ALLOW;
    };
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await portal.stop();
    await google.stop();
  });

  it('on a read is reused for five seconds', async () => {
    const began = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(began);
    await portal.ask(read);
    clock.mockReturnValue(began + 4_999);
    await portal.ask(read);
    expect(asked).toEqual(['vertex-ai.read']);
    clock.mockReturnValue(began + 5_000);
    await portal.ask(read);
    expect(asked).toHaveLength(2);
    expect(google.received).toHaveLength(3);
  });

  it('on a prediction or change is not reused', async () => {
    for (const ask of [predict, deploy, predict, deploy]) {
      await portal.ask(ask);
    }
    expect(asked).toEqual([
      'vertex-ai.predict',
      'vertex-ai.deploy',
      'vertex-ai.predict',
      'vertex-ai.deploy',
    ]);
  });

  it('is not reused for another user, or another token of the same user', async () => {
    const actor = { subject: 'plugin:scaffolder' };
    const token = mockCredentials.user.token('user:default/alice', { actor });
    for (const as of [undefined, bob, `Bearer ${token}`]) {
      await portal.ask({ ...read, as });
    }
    expect(asked).toHaveLength(3);
  });

  it('does not outlive a denial', async () => {
    portal.permission = () => AuthorizeResult.DENY;
    expect((await portal.ask(read)).status).toBe(403);
    expect((await portal.ask(read)).status).toBe(403);
    portal.permission = () => AuthorizeResult.ALLOW;
    expect((await portal.ask(read)).status).toBe(200);
  });

  it('is needed where the permission framework fails', async () => {
    portal.permission = async () => {
      throw new Error('no permission backend');
    };
    expect(await portal.refusal(read)).toEqual({
      status: 503,
      code: 'portal/refused',
    });
    expect(google.received).toEqual([]);
  });
});
