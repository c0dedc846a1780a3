import type {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { Diagnostic, MandateCall } from '@backstage-vertex-ai/core/server';
import type { StoredRequest } from './core';
import { Refusal } from './refusal';

/** How long the proxy may take for an answer about a mandate, in milliseconds. */
const PATIENCE = 30_000;

/** Mandates of the proxy: the consent of a user to the calls of one deployment. */
export interface Mandates {
  /**
   * Makes a mandate on behalf of a user.
   *
   * @throws Refusal where the proxy denies it
   */
  create(
    credentials: BackstageCredentials,
    deployment: string,
    request: StoredRequest,
  ): Promise<string>;
  /** Returns the audit records of the calls under a mandate, oldest first. */
  calls(mandate: string): Promise<MandateCall[]>;
  /** Ends every mandate of a deployment that has ended. */
  endAll(deployment: string, because: string): Promise<void>;
  /** Ends a mandate that was made for nothing. */
  end(mandate: string, because: string): Promise<void>;
}

/** Asks the portal's proxy for mandates. */
export function createMandates(options: {
  auth: AuthService;
  discovery: DiscoveryService;
}): Mandates {
  const { auth, discovery } = options;

  async function ask(
    verb: string,
    path: string,
    onBehalfOf: BackstageCredentials,
    body?: object,
  ): Promise<Response> {
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf,
      targetPluginId: 'proxy',
    });
    const base = await discovery.getBaseUrl('proxy');
    const response = await fetch(`${base}/vertex-ai/mandates${path}`, {
      method: verb,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok) throw await readRefusal(response);
    return response;
  }

  async function remove(path: string, because: string) {
    const own = await auth.getOwnServiceCredentials();
    const response = await ask('DELETE', path, own, { because });
    await response.body?.cancel();
  }

  return {
    async create(credentials, deployment, request) {
      const body = { deployment, request };
      const response = await ask('POST', '', credentials, body);
      const { id } = (await response.json()) as { id: string };
      return id;
    },
    async calls(mandate) {
      const own = await auth.getOwnServiceCredentials();
      const path = `/${encodeURIComponent(mandate)}`;
      const response = await ask('GET', path, own);
      const { calls } = (await response.json()) as { calls: MandateCall[] };
      return calls;
    },
    endAll: (deployment, because) =>
      remove(`?deployment=${encodeURIComponent(deployment)}`, because),
    end: (mandate, because) =>
      remove(`/${encodeURIComponent(mandate)}`, because),
  };
}

async function readRefusal(response: Response): Promise<Refusal> {
  const [first, ...rest] = readFindings(await response.text());
  if (first) return new Refusal(response.status, [first, ...rest]);
  return Refusal.because(
    response.status,
    'portal/refused',
    `the proxy answered ${response.status} to the request for a mandate`,
    'check that the proxy module of the same version is installed',
  );
}

function readFindings(text: string): Diagnostic[] {
  try {
    const { diagnostics, diagnostic } = JSON.parse(text);
    return (diagnostics ?? [diagnostic]).filter(Boolean);
  } catch {
    return [];
  }
}
