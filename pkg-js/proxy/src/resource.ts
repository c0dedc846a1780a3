import type { DoorCaller, Gate } from '@backstage-vertex-ai/core/server';
import type { OpenStores } from './doorStores';
import { createInnerFetch, INNER_URL } from './innerFetch';
import type { ReadOwnership } from './ownership';

/** How long Google may take to show a resource whose labels decide, in milliseconds. */
const PATIENCE = 20_000;

/** Returns how to read an endpoint or a model through the door, as a user. The result is Google's answer, or the door's refusal. */
export function createResourceReader(options: {
  gate: Gate;
  stores: OpenStores;
}) {
  return async (
    name: string,
    caller: DoorCaller,
    groups: ReadOwnership,
  ): Promise<string> => {
    const fetch = createInnerFetch(options, caller, groups);
    const url = `${INNER_URL}/aiplatform/v1/${name}`;
    const signal = AbortSignal.timeout(PATIENCE);
    const response = await fetch(url, { method: 'GET', signal }, 'initiator');
    return response.text();
  };
}
