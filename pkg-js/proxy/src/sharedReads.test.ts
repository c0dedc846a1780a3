import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { mockCredentials } from '@backstage/backend-test-utils';
import { FakeGoogle, json } from './__testUtils__/google';
import { alice, bob, DEPLOY, Portal, PREDICT } from './__testUtils__/portal';

const READ = { path: PREDICT.replace(':predict', ''), verb: 'GET' };
const OPERATIONS = { ...READ, path: `${READ.path}/operations?pageSize=20` };
const CHANGE = { path: DEPLOY, body: { deployedModel: { id: '1' } } };
/** Alice, by a task of the scaffolder. */
const aliceInTask = `Bearer ${mockCredentials.user.token('user:default/alice', {
  actor: { subject: 'plugin:scaffolder' },
})}`;

describe('status reads', () => {
  let google: FakeGoogle;
  let portal: Portal;
  /** Number of reads that Google answered, which each answer names. */
  let reads: number;

  beforeEach(async () => {
    google = await FakeGoogle.start();
    portal = await new Portal().start(Portal.settings(google));
    reads = 0;
    google.answer = (response, { verb }) => {
      if (verb === 'GET') reads += 1;
      json(response, { reads });
    };
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await portal.stop();
    await google.stop();
  });

  const shown = async (more: object = {}) =>
    JSON.parse((await portal.ask({ ...READ, ...more })).text).reads;

  /** Makes Google wait before it answers reads. Returns when it has one, and how it goes on. */
  function hold() {
    const { answer } = google;
    let arrive = () => {};
    let release = () => {};
    const arrived = new Promise<void>(resolve => {
      arrive = resolve;
    });
    const released = new Promise<void>(resolve => {
      release = resolve;
    });
    google.answer = async (response, received) => {
      if (received.verb === 'GET') {
        arrive();
        await released;
      }
      return answer(response, received);
    };
    return { arrived, release };
  }

  it('of one user and address within two seconds are one', async () => {
    const first = await portal.ask(READ);
    const second = await portal.ask(READ);
    expect(reads).toBe(1);
    expect([second.status, second.text]).toEqual([200, first.text]);
    expect(second.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-cache, no-transform',
    });
    await portal.ask(OPERATIONS);
    await portal.ask({ ...OPERATIONS, path: `${READ.path}/operations` });
    expect(reads).toBe(3);
    const { now } = performance;
    jest
      .spyOn(performance, 'now')
      .mockImplementation(() => now.call(performance) + 2_000);
    expect(await shown()).toBe(4);
  });

  it('under way are joined', async () => {
    const { arrived, release } = hold();
    const first = shown();
    await arrived;
    const others = [shown(), shown(), shown()];
    release();
    expect(await Promise.all([first, ...others])).toEqual([1, 1, 1, 1]);
  });

  it('are not those of another user, nor of a task of the user', async () => {
    expect(await shown()).toBe(1);
    expect(await shown({ as: bob })).toBe(2);
    expect(await shown({ as: aliceInTask })).toBe(3);
  });

  it('are permitted one by one', async () => {
    await portal.ask(READ);
    portal.permission = () => AuthorizeResult.DENY;
    // A permit lasts five seconds.
    const { now } = Date;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 5_000);
    expect((await portal.ask(READ)).status).toBe(403);
    portal.permission = () => AuthorizeResult.ALLOW;
    expect(await shown()).toBe(1);
  });

  it('show what the same user has just changed', async () => {
    expect(await shown()).toBe(1);
    await portal.ask(CHANGE);
    expect(await shown()).toBe(2);
  });

  it('that began before a change are not joined after it', async () => {
    const { arrived, release } = hold();
    const early = shown();
    await arrived;
    await portal.ask(CHANGE);
    const late = shown();
    release();
    expect(new Set(await Promise.all([early, late])).size).toBe(2);
    expect(reads).toBe(2);
  });

  it('of what does not exist are one, until it is made', async () => {
    const { answer } = google;
    google.answer = (response, { verb }) => {
      if (verb === 'GET') reads += 1;
      json(response, { error: {} }, verb === 'GET' ? 404 : 200);
    };
    expect((await portal.ask(READ)).status).toBe(404);
    expect((await portal.ask(READ)).status).toBe(404);
    expect(reads).toBe(1);
    await portal.ask(CHANGE);
    google.answer = answer;
    expect(await shown()).toBe(2);
  });

  it.each([403, 503])('that fail with %i are not kept', async status => {
    const { answer } = google;
    google.answer = response => json(response, { error: {} }, status);
    expect((await portal.ask(READ)).status).toBe(status);
    google.answer = answer;
    expect(await shown()).toBe(1);
  });

  it('that are large are streamed, each to its own caller', async () => {
    const text = JSON.stringify({ pad: 'x'.repeat(3 * 1024 * 1024) });
    google.answer = response => {
      reads += 1;
      response.end(text);
    };
    const answers = await Promise.all([portal.ask(READ), portal.ask(READ)]);
    for (const answer of answers) expect(answer.text).toBe(text);
    expect(reads).toBe(2);
  });

  it('go on for the others when their first caller leaves', async () => {
    const { arrived, release } = hold();
    const leave = new AbortController();
    const leaving = fetch(portal.url(READ.path), {
      headers: { authorization: alice },
      signal: leave.signal,
    });
    await arrived;
    const staying = shown();
    leave.abort();
    await expect(leaving).rejects.toThrow();
    release();
    expect(await staying).toBe(1);
  });
});
