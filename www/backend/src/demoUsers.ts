import {
  coreServices,
  createBackendModule,
  type RootConfigService,
} from '@backstage/backend-plugin-api';
import {
  authProvidersExtensionPoint,
  createProxyAuthenticator,
  createProxyAuthProviderFactory,
} from '@backstage/plugin-auth-node';

const PREFIX = 'demo-';
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

const withoutPassword = createProxyAuthenticator({
  defaultProfileTransform: async () => ({ profile: {} }),
  initialize() {},
  authenticate: async () => ({ result: {} }),
});

/** Throws unless the portal listens on loopback and calls an emulator, never Google. */
function requireDemo(config: RootConfigService) {
  const listen = config.getOptional<{ host?: string } | string>(
    'backend.listen',
  );
  const host = typeof listen === 'object' ? listen.host : undefined;
  if (!host || !LOOPBACK.includes(host)) {
    throw new Error(
      'demo users require `backend.listen.host` to be a loopback address',
    );
  }
  if (!config.has('vertexAi.emulator.url')) {
    throw new Error('demo users require `vertexAi.emulator.url`');
  }
}

/**
 * Signs in users of the catalog without a password, each by an auth provider `demo-NAME`.
 *
 * Only the demo may do that. In a portal that can reach Google the module stops the start.
 */
export default createBackendModule({
  pluginId: 'auth',
  moduleId: 'demo-users',
  register(reg) {
    reg.registerInit({
      deps: {
        config: coreServices.rootConfig,
        providers: authProvidersExtensionPoint,
      },
      async init({ config, providers }) {
        requireDemo(config);
        const configured = config.getConfig('auth.providers');
        for (const providerId of configured.keys()) {
          if (!providerId.startsWith(PREFIX)) continue;
          const entityRef = configured.getString(`${providerId}.userEntityRef`);
          providers.registerProvider({
            providerId,
            factory: createProxyAuthProviderFactory({
              authenticator: withoutPassword,
              signInResolver: (_, ctx) =>
                ctx.signInWithCatalogUser({ entityRef }),
            }),
          });
        }
      },
    });
  },
});
