export interface Config {
  vertexAi?: {
    /**
     * Name of the portal in the labels of endpoints. Default: host and port of `app.baseUrl`. Keep the old name where the address changes.
     */
    portal?: string;
    /** Deployments, as the portal's backend keeps them. */
    deployments?: {
      /** Days for which a deployment that has ended stays in the history, 1 to 3650. Default: 365. */
      retention?: number;
      /** Deployments of one entity that run or wait for a runner at a time, 1 to 1000. Default: 20. */
      runningPerEntity?: number;
      /** Deployments of one user that run or wait for a runner at a time, 1 to 10000. Default: 200. */
      runningPerUser?: number;
      /** Event streams that one user has open at a time in one process of the portal, 1 to 1000. Default: 20. */
      streamsPerUser?: number;
    };
  };
}
