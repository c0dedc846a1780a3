import { once } from 'node:events';
import { FakeGoogle, json, SECRET } from './__testUtils__/google';
import { DEPLOY, ENDPOINT, Portal, PREDICT } from './__testUtils__/portal';

/** A read that no other one answers. */
const MODEL =
  '/api/proxy/vertex-ai/aiplatform/v1/projects/acme-ml/locations/us-central1/models/fraud';

describe('a call that passes', () => {
  let google: FakeGoogle;
  let portal: Portal;

  beforeEach(async () => {
    google = await FakeGoogle.start();
    portal = await new Portal().start(Portal.settings(google));
  });

  afterEach(async () => {
    await portal.stop();
    await google.stop();
  });

  it("reaches Google with the user's token and no other header of theirs", async () => {
    const answer = await portal.ask({
      path: PREDICT,
      body: { instances: [1] },
      headers: {
        'x-goog-request-reason': 'nightly check',
        'x-goog-user-project': 'someone-elses',
        cookie: 'session=1',
      },
    });

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ predictions: [0.1] });
    expect(answer.headers['cache-control']).toBe('no-cache, no-transform');
    expect(google.received).toHaveLength(1);
    const [{ verb, path, headers, body }] = google.received;
    expect([verb, path]).toEqual(['POST', `/v1/${ENDPOINT}:predict`]);
    expect(JSON.parse(body)).toEqual({ instances: [1] });
    expect(headers.authorization).toBe(`Bearer ${SECRET}.user:default/alice`);
    expect(headers['content-type']).toBe('application/json');
    expect(headers['x-goog-request-reason']).toMatch(
      /user:default\/alice.*nightly check/,
    );
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('x-goog-user-project');
  });

  it.each([
    ['a checked body', { path: DEPLOY, body: { deployedModel: { id: '1' } } }],
    ['a prediction', { path: PREDICT, body: '$httpMethod=GET&access_token=x' }],
    ['a recorded call', { path: DEPLOY.split(':')[0], verb: 'DELETE' }],
  ])('goes out as JSON, and asks for JSON: %s', async (_, ask) => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-7',
      accept: 'application/x-protobuf',
    };
    expect((await portal.ask({ ...ask, headers })).status).toBe(200);
    expect(google.received[0].headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
    });
  });

  it('reuses a token, and leaves no audit record of a prediction', async () => {
    await portal.ask({ path: PREDICT, body: {} });
    await portal.ask({ path: PREDICT, body: {} });
    expect(google.received).toHaveLength(2);
    expect(google.assertions).toHaveLength(1);
    expect(await portal.records()).toEqual([]);
  });

  it('gets a new token after Google rejected one', async () => {
    google.answer = response => json(response, { error: { code: 401 } }, 401);
    expect((await portal.ask({ path: PREDICT, body: {} })).status).toBe(401);
    await portal.ask({ path: PREDICT, body: {} });
    expect(google.assertions).toHaveLength(2);
  });

  it('is sent once more with a fresh token when Google rejects a cached one', async () => {
    const read = { path: MODEL, verb: 'GET' };
    await portal.ask(read);
    google.answer = response => {
      const status = google.received.length === 2 ? 401 : 200;
      json(response, {}, status);
    };
    expect((await portal.ask(read)).status).toBe(200);
    expect(google.received).toHaveLength(3);
    expect(google.assertions).toHaveLength(2);
  });

  it("passes on Google's rejections, with `retry-after`", async () => {
    google.answer = response =>
      json(response, { error: { code: 429 } }, 429, {
        'retry-after': '7',
        'set-cookie': 'a=b',
      });
    const { status, headers, text } = await portal.ask({
      path: PREDICT,
      body: {},
    });
    expect(status).toBe(429);
    expect(headers['retry-after']).toBe('7');
    expect(headers).not.toHaveProperty('set-cookie');
    expect(JSON.parse(text)).toEqual({ error: { code: 429 } });
  });

  it('streams large bodies both ways', async () => {
    google.answer = (response, { body }) => {
      response.end(body);
    };
    const body = JSON.stringify({ instances: ['x'.repeat(5_000_000)] });
    const { status, text } = await portal.ask({ path: PREDICT, body });
    expect(status).toBe(200);
    expect(text === body).toBe(true);
  });

  it('passes on each chunk as it arrives', async () => {
    let goOn!: () => void;
    const read = new Promise<void>(resolve => {
      goOn = resolve;
    });
    google.answer = async response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      // The second chunk is sent only after the first has arrived, so a proxy that buffers would never end.
      await read;
      response.end('data: 2\n\n');
    };
    const answer = await portal.open({ path: PREDICT, body: {} });
    const chunks: string[] = [];
    for await (const chunk of answer.setEncoding('utf8')) {
      chunks.push(chunk);
      goOn();
    }
    expect(chunks).toEqual(['data: 1\n\n', 'data: 2\n\n']);
    expect(answer.headers['content-type']).toBe('text/event-stream');
  });

  it('ends at Google when the caller leaves', async () => {
    let ended!: () => void;
    const gone = new Promise<void>(resolve => {
      ended = resolve;
    });
    google.answer = response => {
      response.once('close', ended);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
    };
    const answer = await portal.open({ path: PREDICT, body: {} });
    await once(answer, 'data');
    answer.once('error', () => {});
    answer.destroy();
    await gone;
    expect(portal.logs.join()).not.toContain('failed');
  });

  it.each([
    ['with a length', { 'content-length': '1000' }],
    ['in chunks', {}],
  ])('arrives cut off when Google is cut off, %s', async (_, headers) => {
    google.answer = response => {
      response.writeHead(200, headers);
      response.write('[1, 2', () => response.destroy());
    };
    const answer = await portal.open({ path: PREDICT, body: {} });
    expect(answer.statusCode).toBe(200);
    await expect(async () => {
      for await (const _chunk of answer);
    }).rejects.toThrow('aborted');
  });

  it('is refused when Google does not answer', async () => {
    google.answer = response => {
      response.destroy();
    };
    expect(await portal.refusal({ path: PREDICT, body: {} })).toEqual({
      status: 502,
      code: 'network/unreachable',
    });
    await google.stop();
    const { status, headers, text } = await portal.ask({
      path: PREDICT,
      body: {},
    });
    expect(status).toBe(502);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(text)).toMatchObject({
      error: { name: 'BadGatewayError' },
      diagnostic: { code: 'network/unreachable', severity: 'error' },
    });
  });

  it('is refused when Google cannot be reached for a token', async () => {
    await google.stop();
    const { status, text } = await portal.ask({ path: PREDICT, body: {} });
    expect(status).toBe(503);
    expect(JSON.parse(text).diagnostic).toMatchObject({
      code: 'network/unreachable',
      help: expect.stringContaining('start the emulator'),
    });
  }, 30_000);
});
