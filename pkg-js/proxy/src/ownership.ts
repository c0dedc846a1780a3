import type {
  BackstageCredentials,
  UserInfoService,
} from '@backstage/backend-plugin-api';

/** Returns the ownership refs of one user: the user, and the groups of which the user is a member. */
export type ReadOwnership = () => Promise<string[]>;

/** Reads what a user owns from the portal's auth backend. */
export function ownershipOf(
  userInfo: UserInfoService,
  credentials: BackstageCredentials,
): ReadOwnership {
  return async () =>
    (await userInfo.getUserInfo(credentials)).ownershipEntityRefs;
}
