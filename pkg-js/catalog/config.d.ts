export interface Config {
  vertexAi?: {
    /**
     * What a rule is to be, by its code; left out: what the reference says. A rule that does not exist stops the backend.
     *
     * @deepVisibility frontend
     */
    rules?: { [code: string]: 'off' | 'warning' | 'error' };
    catalog?: {
      /**
       * What becomes of an entity whose annotations have errors: `warn` lets it in and shows them on its page, `refuse` keeps
       * it out, or keeps what was there before. Left out: `warn`.
       */
      onInvalid?: 'warn' | 'refuse';
    };
  };
}
