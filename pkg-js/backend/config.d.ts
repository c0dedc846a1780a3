export interface Config {
  vertexAi?: {
    /** Deployments, as the portal's backend keeps them. */
    deployments?: {
      /** Days for which a deployment that has ended stays in the history, 1 to 3650. Default: 365. */
      retention?: number;
    };
  };
}
