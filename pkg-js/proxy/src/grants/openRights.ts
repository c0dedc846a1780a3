import type { IamGrant } from '@backstage-vertex-ai/core/server';
import { readName, rightsOf, type OpenGrant } from './records';

/** What is given by one record, as `GET …/vertex-ai/grants` tells it. */
export interface OpenRights {
  id: string;
  givenBy: string;
  /** RFC 3339: when it was recorded. */
  begunAt: string;
  /** RFC 3339 */
  endsAt: string;
  /** As allow policies name it. */
  principal: string;
  /** Entity ref of what it was asked for; absent where this version cannot read the request. */
  entity?: string;
  /** `condition` at Google, `revocation` by the portal. */
  rights: Pick<IamGrant, 'resource' | 'role' | 'expiry'>[];
  /** How often taking it back was tried. */
  tries: number;
  /** What came of the last time, where it failed. */
  lastError?: string;
  /** RFC 3339 */
  nextTryAt: string;
}

export function openRightsOf(grant: OpenGrant): OpenRights {
  const { request, undated, endsAt, ...told } = grant;
  const isOver = Date.parse(endsAt) <= Date.now();
  const planned = rightsOf(request);
  // Those that a date ends are not recorded by name, and count no longer when it is over.
  const dated = isOver ? [] : (planned?.grants ?? []);
  return {
    ...told,
    endsAt,
    principal: request.principal,
    entity: planned?.entityRef,
    rights: [
      ...dated
        .filter(({ expiry }) => expiry === 'condition')
        .map(({ resource, role, expiry }) => ({ resource, role, expiry })),
      ...undated.map(right => ({
        ...readName(right),
        expiry: 'revocation' as const,
      })),
    ],
  };
}
