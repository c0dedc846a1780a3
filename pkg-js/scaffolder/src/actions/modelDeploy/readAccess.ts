import type { RuleSettings } from '@backstage-vertex-ai/core';
import type {
  AccessReport,
  Deployment,
} from '@backstage-vertex-ai/core/server';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import { createProxyHost } from '../../proxyHost';

/** Reads which rights the task's user misses for a deployment. `undefined` where nothing can be read, as after the end of the session. */
export async function readAccess(
  ctx: Pick<
    ActionContext<{}>,
    'getInitiatorCredentials' | 'logger' | 'signal' | 'task'
  >,
  options: {
    auth: AuthService;
    catalog: CatalogService;
    discovery: DiscoveryService;
    rules?: RuleSettings;
  },
  { entityRef, environment }: Deployment,
): Promise<AccessReport | undefined> {
  try {
    const credentials = await ctx.getInitiatorCredentials();
    const entity = await options.catalog.getEntityByRef(entityRef, {
      credentials,
    });
    const { proxyUrl, host } = await createProxyHost(ctx, options);
    const response = await host.fetch(
      `${proxyUrl}/access`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          source: { entity },
          environment,
          rules: options.rules,
        }),
      },
      'initiator',
    );
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
