import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type { Host } from '@backstage-vertex-ai/core/server';

/** A plugin token is renewed when it has less than this left, in milliseconds. */
const MARGIN = 60_000;
/** How long a token is kept; Backstage's live at most an hour. */
const KEEP = 10 * 60_000;

/**
 * Calls the portal's proxy: as the user who started the task, or as the scaffolder itself. A user's credentials end after an
 * hour at most; what the core asks for as `service` goes on without them.
 */
export function createProxyFetch(
  auth: AuthService,
  initiator: BackstageCredentials,
): Host['fetch'] {
  const tokens = new Map<string, { token: string; until: number }>();

  async function tokenFor(identity: 'initiator' | 'service'): Promise<string> {
    const kept = tokens.get(identity);
    if (kept && kept.until > Date.now() + MARGIN) {
      return kept.token;
    }
    const onBehalfOf =
      identity === 'service'
        ? await auth.getOwnServiceCredentials()
        : initiator;
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf,
      targetPluginId: 'proxy',
    });
    tokens.set(identity, { token, until: Date.now() + KEEP });
    return token;
  }

  return async (url, init, identity) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${await tokenFor(identity)}`);
    return fetch(url, { ...init, headers });
  };
}
