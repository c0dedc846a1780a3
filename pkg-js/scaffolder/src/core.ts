/** The compiled core. */
export type Core = typeof import('@backstage-vertex-ai/core/server');

/** Loads the compiled core: when the first action runs, so that a backend starts without it. */
export const loadCore = (): Promise<Core> =>
  import('@backstage-vertex-ai/core/server');
