import type { AuthService } from '@backstage/backend-plugin-api';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';

/** The user who acts in a task, or why that user is unknown. */
export type Initiator =
  { ref: string; doubt?: undefined } | { ref?: undefined; doubt: string };

/**
 * Returns the user who started a task and in whose name it calls.
 *
 * When another user retries a task, the scaffolder uses that user's credentials and still names the first one as `ctx.user`.
 */
export async function readInitiator(
  ctx: Pick<ActionContext<{}>, 'user' | 'getInitiatorCredentials'>,
  auth: AuthService,
): Promise<Initiator> {
  const started = ctx.user?.ref;
  if (!started) return { doubt: 'The initiator of the task is unknown' };
  const credentials = await ctx.getInitiatorCredentials();
  const caller = auth.isPrincipal(credentials, 'user')
    ? credentials.principal.userEntityRef
    : undefined;
  if (caller === started) return { ref: started };
  return {
    doubt: `${started} started the task, but it calls as ${
      caller ? `${caller}, who retried it` : 'no user'
    }`,
  };
}
