import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { nameOf } from '../callers';
import { Refusal } from '../refusal';

/** Event streams of each user that are open in this process. Those of services are not counted: each belongs to a deployment's task. */
export class OpenStreams {
  private readonly open = new Map<string, number>();

  constructor(private readonly most: number) {}

  /**
   * Counts a stream of a caller.
   *
   * @returns what to call at its end
   * @throws Refusal where the user has too many
   */
  enter(credentials: BackstageCredentials): () => void {
    const { type } = credentials.principal as { type: string };
    if (type !== 'user') return () => {};
    const user = nameOf(credentials);
    const count = this.open.get(user) ?? 0;
    if (count >= this.most) {
      throw Refusal.because(
        429,
        'portal/refused',
        `you have ${count} event streams open, the limit of the portal`,
        'close other pages, or poll the deployment',
      );
    }
    this.open.set(user, count + 1);
    return () => {
      const left = this.open.get(user)! - 1;
      if (left > 0) this.open.set(user, left);
      else this.open.delete(user);
    };
  }
}
