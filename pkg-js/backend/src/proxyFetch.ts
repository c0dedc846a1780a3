import type { AuthService } from '@backstage/backend-plugin-api';
import type { MandateFetch } from './runner';

/** Longest wait for an answer of the proxy, in milliseconds: more than any long poll of the core. */
const PATIENCE = 60_000;

/** Calls the portal's proxy as this plugin: no user is behind the call, the mandate is. */
export function createProxyFetch(
  auth: AuthService,
  patience = PATIENCE,
): MandateFetch {
  return async (url, init, { mandate, lease }) => {
    // Signing a token for each call is cheap, and no call carries a token that is about to expire.
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: await auth.getOwnServiceCredentials(),
      targetPluginId: 'proxy',
    });
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    headers.set('x-vertex-ai-mandate', mandate);
    headers.set('x-vertex-ai-lease', String(lease));
    const late = AbortSignal.timeout(patience);
    const signal = init.signal ? AbortSignal.any([init.signal, late]) : late;
    // The proxy never redirects.
    return fetch(url, { ...init, headers, redirect: 'error', signal });
  };
}
