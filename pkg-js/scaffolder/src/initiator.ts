import type { AuthService } from '@backstage/backend-plugin-api';
import type { ActionContext } from '@backstage/plugin-scaffolder-node';

/** Who acts in a task: the user's entity ref, or why it is not known who that is. */
export type Initiator =
  { ref: string; doubt?: undefined } | { ref?: undefined; doubt: string };

/**
 * The user who started a task and whom its calls are made as. These are two where somebody else tries the task again: the
 * scaffolder then has their credentials, and still names as `ctx.user` who started it first.
 */
export async function readInitiator(
  ctx: Pick<ActionContext<{}>, 'user' | 'getInitiatorCredentials'>,
  auth: AuthService,
): Promise<Initiator> {
  const started = ctx.user?.ref;
  if (!started) return { doubt: 'It is not known who started the task' };
  const credentials = await ctx.getInitiatorCredentials();
  const caller = auth.isPrincipal(credentials, 'user')
    ? credentials.principal.userEntityRef
    : undefined;
  if (caller === started) return { ref: started };
  return {
    doubt: `${started} started the task, but its calls are made as ${
      caller ? `${caller}, who tried it again` : 'no user'
    }`,
  };
}
