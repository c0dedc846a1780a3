import type { AnnotationKey } from '@backstage-vertex-ai/core';
import type { Annotations } from './checkAnnotations';

/** Returns the key of an annotation for an environment, or the plain one. */
export const keyIn = (key: string, environment?: string) =>
  environment === undefined ? key : `${key}.${environment}`;

/** Returns the environments that the keys of a form's values name, in their order. */
export function environmentsOf(
  annotations: Annotations,
  keys: AnnotationKey[],
): string[] {
  const named = Object.keys(annotations).flatMap(name =>
    keys
      .filter(({ key }) => name.startsWith(`${key}.`))
      .map(({ key }) => name.slice(key.length + 1)),
  );
  return [...new Set(named)];
}

/** Returns what a form holds for an environment: its own value, else the one of all environments. */
export const heldIn = (
  annotations: Annotations,
  key: string,
  environment?: string,
): string | undefined =>
  annotations[keyIn(key, environment)] ?? annotations[key];
