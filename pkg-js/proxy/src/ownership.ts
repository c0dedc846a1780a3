import type {
  BackstageCredentials,
  UserInfoService,
} from '@backstage/backend-plugin-api';

/** Gives the ownership refs of one user: the user, and the groups they are a member of. */
export type ReadOwnership = () => Promise<string[]>;

/** What a user owns, as the portal's auth backend knows it. */
export function ownershipOf(
  userInfo: UserInfoService,
  credentials: BackstageCredentials,
): ReadOwnership {
  return async () =>
    (await userInfo.getUserInfo(credentials)).ownershipEntityRefs;
}

/**
 * Answers the gate's question for a user's groups while that user waits for a token: only then are there credentials to
 * ask with. The question names the user, so that no one gets another's groups however many wait at once.
 */
export class WaitingUsers {
  private readonly waiting = new Map<string, ReadOwnership>();

  async during<T>(
    ref: string,
    read: ReadOwnership,
    wait: () => Promise<T>,
  ): Promise<T> {
    this.waiting.set(ref, read);
    try {
      return await wait();
    } finally {
      if (this.waiting.get(ref) === read) this.waiting.delete(ref);
    }
  }

  async ownership(ref: string): Promise<string[]> {
    const read = this.waiting.get(ref);
    if (!read) {
      throw new Error(`Nobody waits for a token of ${ref}`);
    }
    return read();
  }
}
