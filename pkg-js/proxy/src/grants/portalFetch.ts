import type { Host } from '@backstage-vertex-ai/core';
import type { Gate } from '@backstage-vertex-ai/core/server';
import type { CallRecorder } from '../callRecorder';
import { createInnerFetch } from '../innerFetch';

/** The portal itself at Google: the subject of its assertions where it calls for nobody. No user is called so. */
export const PORTAL = 'plugin:proxy';

/** The core's way to Google for what the portal does by itself: nobody else can take it, because it begins in this process. */
export function createPortalFetch(options: {
  gate: Gate;
  recorder: CallRecorder;
}): Host['fetch'] {
  return createInnerFetch(options, {
    who: { ref: PORTAL, ownership: async () => [], groups: [] },
    token: () => options.gate.token(PORTAL, []),
    permit: () => {},
    recordsAll: true,
  });
}
