import { FakeGoogle } from './__testUtils__/google';
import { Portal, PREDICT } from './__testUtils__/portal';

describe('an exchange of a token whose driver fails', () => {
  let google: FakeGoogle;
  let portal: Portal;

  beforeEach(async () => {
    google = await FakeGoogle.start();
    portal = await new Portal().start(Portal.settings(google));
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await portal.stop();
    await google.stop();
  });

  const predict = async () => {
    const { status } = await portal.ask({ path: PREDICT, body: {} });
    return status;
  };

  it('ends the calls that wait for it, and the next call starts another', async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    let broken = true;
    jest.spyOn(AbortSignal, 'timeout').mockImplementation(millis => {
      // Only the driver of an exchange calls it from the core.
      if (broken && new Error().stack!.includes('answer')) {
        broken = false;
        throw new Error('no timers');
      }
      return timeout(millis);
    });
    expect(await predict()).toBe(500);
    expect(portal.logs.join()).toContain('no timers');
    expect(await predict()).toBe(200);
  });
});
