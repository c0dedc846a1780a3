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
    };
  };
}
