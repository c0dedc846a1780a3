import type { Host } from '@backstage-vertex-ai/core';
import type { Gate } from '@backstage-vertex-ai/core/server';
import type { OpenStores } from '../doorStores';
import { createInnerFetch } from '../innerFetch';

/** Returns the core's way to Google for calls that the portal makes on its own. */
export function createPortalFetch(options: {
  gate: Gate;
  stores: OpenStores;
}): Host['fetch'] {
  return createInnerFetch(options, { kind: 'portal' }, async () => []);
}
