/** The part of the compiled core that the actions call. */
export type Core = Pick<
  typeof import('@backstage-vertex-ai/core/server'),
  | 'Checker'
  | 'validate'
  | 'plan'
  | 'deploy'
  | 'iamApply'
  | 'iamPam'
  | 'iamPlan'
  | 'iamVerify'
>;

/** Loads the compiled core: when the first action runs, so that a backend starts without it. */
export const loadCore = (): Promise<Core> =>
  import('@backstage-vertex-ai/core/server');
