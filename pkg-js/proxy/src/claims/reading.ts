import { stringifyEntityRef } from '@backstage/catalog-model';
import type {
  ClaimFacts,
  DoorCaller,
  Gate,
} from '@backstage-vertex-ai/core/server';
import type { CatalogReader } from '../catalog';
import type { OpenStores } from '../doorStores';
import type { ReadOwnership } from '../ownership';
import { createResourceReader } from '../resource';

/**
 * Returns how to read what tells whose an entity's endpoints are. Google is asked, as the caller, for each endpoint that is not the entity's
 * as far as the catalog tells.
 */
export function createClaimsReader(options: {
  gate: Gate;
  stores: OpenStores;
  catalog: CatalogReader;
}) {
  const { gate, catalog } = options;
  const readEndpoint = createResourceReader(options);

  return async (
    ref: string,
    caller: DoorCaller,
    groups: ReadOwnership,
  ): Promise<ClaimFacts> => {
    const entities = await catalog.claims();
    const own = entities.find(claim => stringifyEntityRef(claim) === ref) ?? {};
    const facts = { own, entities, answers: {} as Record<string, unknown> };
    for (const { endpoint } of gate.disputes(facts)) {
      facts.answers[endpoint] ??= asJson(
        await readEndpoint(endpoint, caller, groups),
      );
    }
    return facts;
  };
}

/** Reads Google's answer. One that cannot be read has no labels. */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
