import type {
  AuthService,
  HttpAuthService,
} from '@backstage/backend-plugin-api';
import {
  deploymentStart,
  preflight,
  type DeploymentStart,
} from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import type { Caller, Wish } from './start';

/** `POST /preflight`: checks what a start of the same body would meet. Starts and stores nothing. */
export function createPreflight(options: {
  auth: AuthService;
  httpAuth: HttpAuthService;
  planFor(start: DeploymentStart, caller: Caller): Promise<Wish>;
  proxyUrl(): Promise<string>;
}) {
  const { auth, httpAuth, planFor, proxyUrl } = options;

  return async (request: Request, response: Response) => {
    const caller = await httpAuth.credentials(request, { allow: ['user'] });
    const { request: planned } = await planFor(
      deploymentStart(request.body, 'preflight'),
      caller,
    );
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: caller,
      targetPluginId: 'proxy',
    });
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const report = await preflight(planned, {
      proxyUrl: await proxyUrl(),
      signal: gone.signal,
      fetch(url, init) {
        const headers = new Headers(init.headers);
        headers.set('authorization', `Bearer ${token}`);
        // The proxy never redirects.
        return fetch(url, { ...init, headers, redirect: 'error' });
      },
    }).catch(error => {
      // Nobody waits for the report of a caller that has left.
      if (!gone.signal.aborted) throw error;
    });
    if (report) response.json(report);
  };
}
