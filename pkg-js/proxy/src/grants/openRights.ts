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
  /** `by-condition` at Google, `taken-back` by the portal. */
  rights: Pick<IamGrant, 'resource' | 'role' | 'ends'>[];
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
        .filter(({ ends }) => ends === 'by-condition')
        .map(({ resource, role, ends }) => ({ resource, role, ends })),
      ...undated.map(right => ({
        ...readName(right),
        ends: 'taken-back' as const,
      })),
    ],
  };
}
