import type { Host } from '@backstage-vertex-ai/core';
import type {
  AuthService,
  BackstageCredentials,
  LoggerService,
} from '@backstage/backend-plugin-api';

/** The failure with its cause, e.g. `fetch failed (connect ECONNREFUSED 127.0.0.1:7007)`. */
function describeFailure(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}

/**
 * Calls the portal's proxy for the core: as the task's `initiator`, or as this backend (`service`), whose credentials do not expire
 * with the user's.
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
      // Signing a token for each call is cheap, and no call carries a token that is about to expire.
      const { token } = await auth.getPluginRequestToken({
        onBehalfOf: await credentials[identity](),
        targetPluginId: 'proxy',
      });
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token}`);
      // The proxy never redirects.
      return await fetch(url, { ...init, headers, redirect: 'error' });
    } catch (error) {
      if (!init.signal?.aborted) {
        logger.warn(`The proxy cannot be reached: ${describeFailure(error)}`);
      }
      throw error;
    }
  };
}
