import { authServiceFactory } from '@backstage/backend-defaults/auth';
import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { FakeGoogle } from './__testUtils__/google';
import { Portal, PREDICT } from './__testUtils__/portal';

const HOUR = 3600;
const now = () => Math.floor(Date.now() / 1000);

/** A portal's key, as `plugin-auth-backend` signs users' tokens with one. */
class PortalKey {
  private readonly key: KeyObject;
  readonly jwk: object;

  constructor(readonly kid: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
    });
    this.key = privateKey;
    this.jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' };
  }

  /** The value of `authorization` with a token of these claims. */
  header(claims: object = {}, head: object = {}): string {
    const encode = (value: object) =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = [
      { alg: 'ES256', kid: this.kid, typ: 'vnd.backstage.user', ...head },
      {
        sub: 'user:default/alice',
        iat: now(),
        exp: now() + HOUR,
        aud: 'backstage',
        ...claims,
      },
    ]
      .map(encode)
      .join('.');
    const signature = sign('sha256', Buffer.from(text), {
      key: this.key,
      dsaEncoding: 'ieee-p1363',
    });
    return `Bearer ${text}.${signature.toString('base64url')}`;
  }
}

/** The part of the auth plugin that publishes a portal's keys. */
const publish = (key: PortalKey) =>
  createBackendPlugin({
    pluginId: 'auth',
    register(reg) {
      reg.registerInit({
        deps: { http: coreServices.httpRouter },
        async init({ http }) {
          http.addAuthPolicy({
            path: '/.well-known',
            allow: 'unauthenticated',
          });
          http.use((_request, response) => {
            response.json({ keys: [key.jwk] });
          });
        },
      });
    },
  });

// Backstage's own verification of tokens, which the other tests replace. With the default policy off the module calls it.
describe.each([
  ['', {}],
  [
    'where the default policy is off, ',
    { auth: { dangerouslyDisableDefaultAuthPolicy: true } },
  ],
])('%sa token', (_where, backend) => {
  const ours = new PortalKey('ours');
  let google: FakeGoogle;
  let portal: Portal;

  const ask = (as: string) => portal.ask({ path: PREDICT, body: {}, as });

  beforeAll(async () => {
    google = await FakeGoogle.start();
    const settings = Portal.settings(google);
    portal = await new Portal().start(
      { ...settings, backend: { ...settings.backend, ...backend } },
      authServiceFactory,
      publish(ours),
    );
  });

  afterAll(async () => {
    await portal.stop();
    await google.stop();
  });

  const expired = { iat: now() - 2 * HOUR, exp: now() - HOUR };
  it.each<[string, () => string]>([
    ['that has expired', () => ours.header(expired)],
    ['of another portal', () => new PortalKey('theirs').header()],
    [
      'of another portal, whose key has the same name',
      () => new PortalKey('ours').header(),
    ],
    [
      'of another portal’s scaffolder',
      () =>
        new PortalKey('theirs').header(
          { sub: 'scaffolder', aud: 'proxy' },
          { typ: 'vnd.backstage.plugin' },
        ),
    ],
    ['that is not signed', () => ours.header({}, { alg: 'none' })],
    [
      'that was changed',
      () => {
        const [head, , signature] = ours.header().split('.');
        const [, claims] = ours.header({ sub: 'user:default/root' }).split('.');
        return [head, claims, signature].join('.');
      },
    ],
  ])('%s is rejected, and nothing reaches Google', async (_, header) => {
    const { status, text } = await ask(header());
    expect(status).toBe(401);
    expect(JSON.parse(text).error.name).toBe('AuthenticationError');
    expect(google.assertions).toEqual([]);
    expect(google.received).toEqual([]);
  });

  it('of this portal is accepted', async () => {
    expect((await ask(ours.header())).status).toBe(200);
    expect(google.received).toHaveLength(1);
  });
});
