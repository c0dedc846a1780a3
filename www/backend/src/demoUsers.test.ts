import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  authProvidersExtensionPoint,
  type AuthProviderRegistrationOptions,
} from '@backstage/plugin-auth-node';
import demoUsers from './demoUsers';

const DEMO = {
  backend: { listen: { host: '127.0.0.1' } },
  vertexAi: { emulator: { url: 'http://127.0.0.1:8085' } },
  auth: {
    providers: {
      guest: {},
      'demo-analyst': { userEntityRef: 'user:default/analyst' },
    },
  },
};

/** Starts the module and returns the providers that it registers. */
async function start(data: object) {
  const registered: AuthProviderRegistrationOptions[] = [];
  const backend = await startTestBackend({
    extensionPoints: [
      [
        authProvidersExtensionPoint,
        { registerProvider: provider => registered.push(provider) },
      ],
    ],
    features: [mockServices.rootConfig.factory({ data }), demoUsers],
  });
  await backend.stop();
  return registered.map(({ providerId }) => providerId);
}

it('registers a provider per demo user, and no other', async () => {
  expect(await start(DEMO)).toEqual(['demo-analyst']);
});

it('stops a portal that can reach Google', async () => {
  await expect(start({ ...DEMO, vertexAi: {} })).rejects.toThrow(
    'demo users require `vertexAi.emulator.url`',
  );
});

it.each([undefined, { listen: ':7007' }, { listen: { host: '0.0.0.0' } }])(
  'stops a portal that listens on %j',
  async backend => {
    await expect(start({ ...DEMO, backend })).rejects.toThrow(
      'demo users require `backend.listen.host` to be a loopback address',
    );
  },
);
