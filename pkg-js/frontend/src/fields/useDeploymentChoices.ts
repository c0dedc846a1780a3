import type { DeploymentChoice } from '@backstage-vertex-ai/core';
import { configApiRef, useApi } from '@backstage/core-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { useCallback, useEffect, useState } from 'react';
import { findEntity, readChoices } from './environments';

/** What an entity deploys. */
interface Known {
  /** Absent until it is known; empty where the entity does not exist. */
  choices?: DeploymentChoice[];
  /** The core failed or could not be loaded. */
  broken?: Error;
}

/** Reads what an entity of the catalog deploys; nothing without an entity. */
export function useDeploymentChoices(
  entityRef?: string,
  modelVersion?: string,
): Known & { retry(): void } {
  const catalog = useApi(catalogApiRef);
  const config = useApi(configApiRef);
  const [known, setKnown] = useState<Known>({});
  const [round, setRound] = useState(0);
  const retry = useCallback(() => setRound(n => n + 1), []);

  useEffect(() => {
    let isGone = false;
    setKnown({});
    async function read(ref: string): Promise<Known> {
      try {
        const entity = await findEntity(ref, catalog);
        if (!entity) return { choices: [] };
        return { choices: await readChoices(entity, config, modelVersion) };
      } catch (error) {
        return { broken: error as Error };
      }
    }
    if (entityRef !== undefined) {
      read(entityRef).then(found => isGone || setKnown(found));
    }
    return () => {
      isGone = true;
    };
  }, [catalog, config, entityRef, modelVersion, round]);

  return { ...known, retry };
}
