import { Passage } from '@backstage-vertex-ai/core/server';
import { FakeGoogle } from './__testUtils__/google';
import { DEPLOY, Portal, PREDICT } from './__testUtils__/portal';

const body = { deployedModel: { id: '1', model: '7' } };

/** Shortens every deadline of a request to Google to some milliseconds. */
function hurry(within: number) {
  const { tell } = Passage.prototype;
  jest.spyOn(Passage.prototype, 'tell').mockImplementation(function hurried(
    this: Passage,
    ...args
  ) {
    const step = tell.apply(this, args);
    const { want } = step;
    if (want?.want !== 'send' && want?.want !== 'readAnswer') return step;
    return { ...step, want: { ...want, within } };
  });
}

describe('a call that Google does not answer', () => {
  let google: FakeGoogle;
  let portal: Portal;
  /** Resolves when the portal closes its connection to Google. */
  let closed: Promise<void>;

  /** Answers with the first bytes of an answer, or none. */
  function fallSilent(begin?: string) {
    closed = new Promise(resolve => {
      google.answer = response => {
        response.once('close', resolve);
        if (begin === undefined) return;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write(begin);
      };
    });
  }

  beforeEach(async () => {
    google = await FakeGoogle.start();
    portal = await new Portal().start(Portal.settings(google));
    hurry(50);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await portal.stop();
    await google.stop();
  });

  it.each([
    ['at all', undefined],
    ['to its end', '{"name": "proj'],
  ])('%s: a change is aborted, and its outcome unknown', async (_, begin) => {
    fallSilent(begin);
    const { status, text } = await portal.ask({ path: DEPLOY, body });
    expect(status).toBe(504);
    expect(JSON.parse(text)).toMatchObject({
      error: {
        message: expect.stringMatching(/^Google did not answer within/),
      },
      diagnostic: { code: 'google/unavailable' },
    });
    await closed;
    expect(await portal.records()).toMatchObject([
      {
        outcome: 'unknown',
        http_status: null,
        error: expect.stringMatching(/^Google did not answer within/),
      },
    ]);
    expect(portal.events.map(({ state }) => state)).toEqual([
      'initiated',
      'failed',
    ]);
  });

  it('is aborted also where nothing is recorded', async () => {
    fallSilent();
    expect(
      await portal.refusal({ path: DEPLOY.split(':')[0], verb: 'GET' }),
    ).toEqual({ status: 504, code: 'google/unavailable' });
    await closed;
    fallSilent();
    expect(await portal.refusal({ path: PREDICT, body: {} })).toEqual({
      status: 504,
      code: 'google/unavailable',
    });
    await closed;
  });

  it('arrives cut off where the answer pauses for too long', async () => {
    fallSilent('[0.1, ');
    const answer = await portal.open({ path: PREDICT, body: {} });
    expect(answer.statusCode).toBe(200);
    await expect(async () => {
      for await (const _chunk of answer);
    }).rejects.toThrow('aborted');
    await closed;
  });
});
