import { startPortal } from './__testUtils__/portal';

const failure = (vertexAi: object): Promise<string> =>
  startPortal({ vertexAi }).then(
    async portal => {
      await portal.stop();
      return 'started';
    },
    error => String(error),
  );

describe('an invalid configuration stops the backend and reports', () => {
  it('an unknown rule with the nearest name, and an unknown level', async () => {
    const message = await failure({
      rules: { 'machine/unknown': 'off', 'model/alias': 'loud' },
    });
    expect(message).toContain(
      'vertexAi.rules["machine/unknown"]: rule `machine/unknown` does not exist — did you mean `machine-type/unknown`?',
    );
    expect(message).toContain('vertexAi.rules["model/alias"]: ');
    expect(message).toContain('write `off`, `warning` or `error`');
  });

  it('the values of `onInvalid`', async () => {
    const message = await failure({ catalog: { onInvalid: 'ignore' } });
    expect(message).toContain('`ignore` is neither `warn` nor `refuse`');
  });

  it('an unknown key', async () => {
    const message = await failure({ catalog: { onInvald: 'refuse' } });
    expect(message).toContain('vertexAi.catalog.onInvald');
  });
});
