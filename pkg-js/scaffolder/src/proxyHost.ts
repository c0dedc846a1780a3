import type { DeployHost } from '@backstage-vertex-ai/core/server';
import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';
import { logProgress } from './progressLog';
import { createProxyFetch } from './proxyFetch';

/** The part of an action's context that calls to Google require. */
type CallerContext = Pick<
  ActionContext<{}>,
  'getInitiatorCredentials' | 'logger' | 'signal' | 'task'
>;

/** Returns what the core needs to call Google through the proxy for one task. */
export async function createProxyHost(
  ctx: CallerContext,
  { auth, discovery }: { auth: AuthService; discovery: DiscoveryService },
): Promise<{ proxyUrl: string; reason: string; host: DeployHost }> {
  return {
    proxyUrl: `${await discovery.getBaseUrl('proxy')}/vertex-ai`,
    reason: `scaffolder task ${ctx.task.id}`,
    host: {
      fetch: createProxyFetch({
        auth,
        getInitiatorCredentials: () => ctx.getInitiatorCredentials(),
        logger: ctx.logger,
      }),
      signal: ctx.signal,
      onProgress: logProgress(ctx.logger),
    },
  };
}
