import type { DeploymentChoice } from '@backstage-vertex-ai/core';
import type { Entity } from '@backstage/catalog-model';
import { useState } from 'react';
import { useEnvironments } from './useEnvironments';

/** The environment that a card shows, and the others that it could show. */
export interface EnvironmentChoice {
  /** Empty until they are known. */
  choices: DeploymentChoice[];
  /** Whether the environment is decided. Without the core nothing else is shown either. */
  isKnown: boolean;
  /** Absent for the plain annotations. */
  environment?: string;
  choose(environment?: string): void;
}

/** Chooses one of an entity's environments: at first the plain annotations, or the first environment where there are none. */
export function useEnvironmentChoice(entity: Entity): EnvironmentChoice {
  const { report, broken } = useEnvironments(entity);
  const [chosen, setChosen] = useState<{ environment?: string }>();
  const choices = report?.deployments ?? [];
  return {
    choices,
    isKnown: Boolean(report ?? broken),
    environment: (chosen ?? choices[0])?.environment,
    choose: environment => setChosen({ environment }),
  };
}
