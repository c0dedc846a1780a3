import type { Host } from '@backstage-vertex-ai/core';
import type {
  AuthService,
  BackstageCredentials,
  LoggerService,
} from '@backstage/backend-plugin-api';

/** What went wrong on the way, e.g. `fetch failed (connect ECONNREFUSED 127.0.0.1:7007)`. */
function describeFailure(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}

/**
 * The core's way to the portal's proxy: `initiator` calls with the rights of the user who started the task, `service` with
 * those of this backend, which stay valid when the user's have expired.
 */
export function createProxyFetch(options: {
  auth: AuthService;
  getInitiatorCredentials(): Promise<BackstageCredentials>;
  logger: LoggerService;
}): Host['fetch'] {
  const { auth, getInitiatorCredentials, logger } = options;
  const credentials = {
    initiator: getInitiatorCredentials,
    service: () => auth.getOwnServiceCredentials(),
  };

  return async (url, init, identity) => {
    try {
      // Signed for each call: that is cheap, and no call then carries a token that is about to expire.
      const { token } = await auth.getPluginRequestToken({
        onBehalfOf: await credentials[identity](),
        targetPluginId: 'proxy',
      });
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      // The proxy never redirects; whatever does is not the proxy.
      return await fetch(url, { ...init, headers, redirect: 'error' });
    } catch (error) {
      if (!init.signal?.aborted) {
        logger.warn(`The proxy was not reached: ${describeFailure(error)}`);
      }
      throw error;
    }
  };
}
