export interface Config {
  vertexAi?: {
    /**
     * Levels of rules other than their own, by code: `model/alias: off`.
     * @deepVisibility frontend
     */
    rules?: { [code: string]: 'off' | 'warning' | 'error' };
  };
}
