import { startPortal } from './__testUtils__/portal';

const failure = (vertexAi: object): Promise<string> =>
  startPortal({ vertexAi }).then(
    async portal => {
      await portal.stop();
      return 'started';
    },
    error => String(error),
  );

describe('a wrong configuration stops the backend, and it says', () => {
  it('which rule there is not, and which was meant', async () => {
    const message = await failure({
      rules: { 'machine/unknown': 'off', 'model/alias': 'loud' },
    });
    expect(message).toContain(
      'vertexAi.rules["machine/unknown"]: there is no rule `machine/unknown` — did you mean `machine-type/unknown`?',
    );
    expect(message).toContain('vertexAi.rules["model/alias"]: ');
    expect(message).toContain('a level is `off`, `warning` or `error`');
  });

  it('what `onInvalid` may be', async () => {
    const message = await failure({ catalog: { onInvalid: 'ignore' } });
    expect(message).toContain('`ignore` is neither `warn` nor `refuse`');
  });

  it('which key there is not', async () => {
    const message = await failure({ catalog: { onInvald: 'refuse' } });
    expect(message).toContain('vertexAi.catalog.onInvald');
  });
});
