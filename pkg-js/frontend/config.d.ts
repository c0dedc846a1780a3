export interface Config {
  vertexAi?: {
    /**
     * Levels of rules, by code: `model/alias: off`. A rule that is not listed keeps its own level.
     * @deepVisibility frontend
     */
    rules?: { [code: string]: 'off' | 'warning' | 'error' };
  };
}
