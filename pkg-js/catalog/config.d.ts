export interface Config {
  vertexAi?: {
    /**
     * Levels of rules, by code: `model/alias: error`. A rule that is not listed keeps its own level. An unknown rule stops the
     * backend.
     *
     * @deepVisibility frontend
     */
    rules?: { [code: string]: 'off' | 'warning' | 'error' };
    catalog?: {
      /**
       * Treatment of an entity whose annotations have errors. `warn`: the entity enters and its page shows them. `refuse`: the
       * entity stays out, or its old version stays. Default: `warn`.
       */
      onInvalid?: 'warn' | 'refuse';
    };
  };
}
