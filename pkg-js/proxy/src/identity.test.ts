import { mockCredentials } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { claimsOf, FakeGoogle, json, SECRET } from './__testUtils__/google';
import {
  alice,
  bob,
  DEPLOY,
  OPERATION,
  Portal,
  PREDICT,
  scaffolder,
} from './__testUtils__/portal';
import { PublicKeys } from './keys';

const MINUTE = 60_000;
const ISSUER = '/api/proxy/vertex-ai';
const body = { deployedModel: { model: 'm' } };

describe("the portal's identities", () => {
  let google: FakeGoogle;
  let portal: Portal;

  /** A service reads the operation that alice started. */
  const poll = () =>
    portal.ask({
      path: `${ISSUER}/aiplatform/v1/${OPERATION}`,
      verb: 'GET',
      as: scaffolder,
    });

  /** Alice has started an operation with other groups, and has no token now. */
  const startedOnce = async () => {
    google.answer = response => json(response, { name: OPERATION });
    await portal.ask({ path: DEPLOY, body });
    await portal
      .database('vertex_ai_audit')
      .update({ ownership: JSON.stringify(['group:default/then']) });
    google.answer = response => json(response, {}, 401);
    await portal.ask({ path: PREDICT, body: {} });
    google.answer = response => json(response, { name: OPERATION });
    google.assertions.length = 0;
  };

  const groupsAsserted = () =>
    google.assertions.map(assertion => claimsOf(assertion).groups);

  const kidOf = (assertion: string) =>
    JSON.parse(Buffer.from(assertion.split('.')[0], 'base64url').toString())
      .kid;

  const get = async (path: string) => {
    const answer = await portal.ask({
      path: `${ISSUER}${path}`,
      verb: 'GET',
      as: null,
    });
    return { ...answer, json: JSON.parse(answer.text) };
  };

  beforeEach(async () => {
    google = await FakeGoogle.start();
    portal = await new Portal().start(Portal.settings(google));
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await portal.stop();
    await google.stop();
  });

  it('are published for Google to verify', async () => {
    const { status, json: discovery } = await get(
      '/.well-known/openid-configuration',
    );
    expect(status).toBe(200);
    expect(discovery.issuer).toMatch(/\/api\/proxy\/vertex-ai$/);
    expect(discovery.jwks_uri).toBe(
      `${discovery.issuer}/.well-known/jwks.json`,
    );

    // The first key is published at the start.
    const { json: first } = await get('/.well-known/jwks.json');
    await portal.ask({ path: PREDICT, body: {} });
    const { json: jwks, headers } = await get('/.well-known/jwks.json');
    expect(headers['cache-control']).toBe('no-cache');
    expect(jwks).toEqual(first);
    expect(jwks.keys).toHaveLength(1);
    expect(jwks.keys[0]).not.toHaveProperty('d');
    expect(jwks.keys[0].kid).toBe(kidOf(google.assertions[0]));
    expect(claimsOf(google.assertions[0]).iss).toBe(discovery.issuer);
  });

  it('include the keys of other replicas until they expire', async () => {
    const key = (kid: string, minutes: number) => ({
      kid,
      jwk: JSON.stringify({ kid, kty: 'EC' }),
      expires_at: new Date(Date.now() + minutes * 60_000).toISOString(),
    });
    await portal
      .database('vertex_ai_signing_keys')
      .insert([key('other-replica', 10), key('old', -10)]);
    const published = async () =>
      (await get('/.well-known/jwks.json')).json.keys.map((k: any) => k.kid);
    const [ours] = await portal
      .database('vertex_ai_signing_keys')
      .whereNotIn('kid', ['other-replica', 'old'])
      .pluck('kid');
    expect(new Set(await published())).toEqual(
      new Set(['other-replica', ours]),
    );

    await new PublicKeys(portal.database).publish({
      kid: 'next',
      jwk: {},
      expiresAt: key('next', 10).expires_at,
    });
    const rows = await portal.database('vertex_ai_signing_keys');
    expect(rows.map(row => row.kid)).not.toContain('old');
  });

  it('are signed two seconds after their key was published, which other replicas may not know at once', async () => {
    const late = await new Portal().startNow(Portal.settings(google));
    try {
      const published = Date.now();
      let signed = 0;
      google.beforeToken = async () => {
        signed = Date.now();
      };
      const { status } = await late.ask({ path: PREDICT, body: {} });
      expect(status).toBe(200);
      // The key was published before the start ended.
      const [row] = await late.database('vertex_ai_signing_keys');
      expect(kidOf(google.assertions[0])).toBe(row.kid);
      expect(signed - published).toBeGreaterThan(1_000);
    } finally {
      await late.stop();
    }
  });

  it('carry the groups of their own user, with concurrent callers', async () => {
    let bothHere!: () => void;
    const both = new Promise<void>(resolve => {
      bothHere = resolve;
    });
    let waiting = 0;
    portal.permission = async () => {
      waiting += 1;
      if (waiting === 2) bothHere();
      await both;
      return AuthorizeResult.ALLOW;
    };
    await Promise.all(
      [alice, bob].map(as => portal.ask({ path: PREDICT, body: {}, as })),
    );
    const claims = google.assertions.map(claimsOf);
    const groups = Object.fromEntries(
      claims.map(claim => [claim.sub, claim.groups]),
    );
    expect(groups['user:default/alice']).toContain('group:default/alices-team');
    expect(groups['user:default/bob']).toContain('group:default/bobs-team');
    expect(JSON.stringify(groups['user:default/alice'])).not.toContain('bob');
    expect(JSON.stringify(groups['user:default/bob'])).not.toContain('alice');
  });

  it('of a starter carry the groups of the start, which the own calls of that user never do', async () => {
    await startedOnce();
    let goOn!: () => void;
    const bothAsked = new Promise<void>(resolve => {
      goOn = resolve;
    });
    let asking!: () => void;
    const asked = new Promise<void>(resolve => {
      asking = resolve;
    });
    google.beforeToken = async () => {
      asking();
      if (google.assertions.length === 2) goOn();
      await bothAsked;
    };
    const followed = poll();
    await asked;
    await portal.ask({ path: PREDICT, body: {} });
    expect((await followed).status).toBe(200);
    expect(google.assertions.map(claimsOf)).toMatchObject([
      { sub: 'user:default/alice', groups: ['group:default/then'] },
      { sub: 'user:default/alice', groups: ['group:default/alices-team'] },
    ]);
    // Both are kept, each for its own calls.
    await poll();
    await portal.ask({ path: PREDICT, body: {} });
    expect(google.assertions).toHaveLength(2);
  });

  it('of a starter are discarded when Google rejects them, and others are kept', async () => {
    await startedOnce();
    await portal.ask({ path: PREDICT, body: {} });
    google.answer = response => json(response, {}, 401);
    await poll();
    google.answer = response => json(response, { name: OPERATION });
    await poll();
    await portal.ask({ path: PREDICT, body: {} });
    expect(groupsAsserted()).toEqual([
      ['group:default/alices-team'],
      ['group:default/then'],
      ['group:default/then'],
    ]);
  });

  it('of a starter serve a service for 24 hours', async () => {
    await startedOnce();
    const startedBefore = (minutes: number) =>
      portal.database('vertex_ai_audit').update({
        created_at: new Date(Date.now() - minutes * MINUTE).toISOString(),
      });
    await startedBefore(24 * 60 - 1);
    expect((await poll()).status).toBe(200);
    await startedBefore(24 * 60 + 1);
    google.received.length = 0;
    const { status, text } = await poll();
    expect(status).toBe(403);
    expect(JSON.parse(text).diagnostic).toMatchObject({
      code: 'proxy/caller-not-allowed',
      message: expect.stringContaining('more than 24 hours ago'),
    });
    expect(google.received).toEqual([]);
  });

  it.each([
    ['database', PublicKeys.prototype, 'publish'],
    ['catalog', Portal.prototype, 'ownershipOf'],
  ])('fail with a timeout when the %s hangs', async (_, of, name) => {
    // The test decides when the time is over.
    const over = new AbortController();
    const limit = jest
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValue(over.signal);
    let hanging!: () => void;
    const hangs = new Promise<void>(resolve => {
      hanging = resolve;
    });
    const part = jest.spyOn(of as any, name).mockImplementation(() => {
      hanging();
      return new Promise(() => {});
    });
    // The key that was published at the start has expired.
    const { now } = Date;
    const clock = jest.spyOn(Date, 'now');
    if (name === 'publish') clock.mockImplementation(() => now() + 61 * MINUTE);
    const refused = portal.refusal({ path: PREDICT, body: {} });
    await hangs;
    over.abort(new DOMException('late', 'TimeoutError'));
    expect(await refused).toEqual({
      status: 503,
      code: 'network/unreachable',
    });
    expect(limit).toHaveBeenLastCalledWith(30_000);

    part.mockRestore();
    limit.mockRestore();
    clock.mockRestore();
    for (const as of [alice, bob]) {
      const { status } = await portal.ask({ path: PREDICT, body: {}, as });
      expect(status).toBe(200);
    }
  });

  it('are signed with a new key only after it was public for a while', async () => {
    const began = Date.now();
    const clock = jest.spyOn(Date, 'now');
    const signedAfter = async (minutes: number, name: string) => {
      clock.mockReturnValue(began + minutes * MINUTE);
      const as = mockCredentials.user.header(`user:default/${name}`);
      expect((await portal.ask({ path: PREDICT, body: {}, as })).status).toBe(
        200,
      );
      return kidOf(google.assertions[google.assertions.length - 1]);
    };
    const published = async () =>
      (await get('/.well-known/jwks.json')).json.keys.map((k: any) => k.kid);
    const publish = jest.spyOn(PublicKeys.prototype, 'publish');

    const first = await signedAfter(0, 'a');
    // No call waits for the next key, or fails with it.
    publish.mockRejectedValueOnce(new Error('no database'));
    expect(await signedAfter(50, 'b')).toBe(first);
    const warned = portal.logs.filter(line => line.includes('no database'));
    expect(warned).toEqual([expect.stringContaining('not be published')]);
    publish.mockClear();
    expect(await signedAfter(51, 'c')).toBe(first);
    await publish.mock.results[0].value;
    expect(await signedAfter(59, 'd')).toBe(first);
    expect(publish).toHaveBeenCalledTimes(1);
    const keys = await published();
    expect(keys).toHaveLength(2);
    const second = await signedAfter(61, 'e');
    expect(second).not.toBe(first);
    expect(keys).toContain(second);
  });

  it('do not follow a redirect of Google’s token service', async () => {
    const elsewhere = await FakeGoogle.start();
    const redirecting = createServer((request, response) => {
      request.resume();
      response.writeHead(307, { location: `${elsewhere.url}/v1/token` });
      response.end();
    });
    await new Promise<void>(resolve => {
      redirecting.listen(0, '127.0.0.1', resolve);
    });
    const { port } = redirecting.address() as AddressInfo;
    const settings = Portal.settings(google);
    const url = `http://127.0.0.1:${port}`;
    const misled = await new Portal().start({
      ...settings,
      vertexAi: { ...settings.vertexAi, emulator: { url } },
    });
    try {
      expect(await misled.refusal({ path: PREDICT, body: {} })).toEqual({
        status: 503,
        code: 'network/unreachable',
      });
      expect(elsewhere.assertions).toEqual([]);
    } finally {
      await misled.stop();
      await elsewhere.stop();
      redirecting.closeAllConnections();
      redirecting.close();
    }
  });

  it('are kept secret', async () => {
    const answers: unknown[] = [];
    google.answer = response => json(response, { name: OPERATION });
    answers.push(await portal.ask({ path: DEPLOY, body }));
    google.answer = response =>
      json(response, { error: { status: 'UNAVAILABLE', message: 'no' } }, 503);
    answers.push(await portal.ask({ path: DEPLOY, body }));
    google.answer = response => {
      response.destroy();
    };
    answers.push(await portal.ask({ path: DEPLOY, body }));
    answers.push(await portal.ask({ path: PREDICT, body: {} }));
    await google.stop();
    answers.push(await portal.ask({ path: PREDICT, body: {}, as: bob }));
    answers.push(await get('/.well-known/jwks.json'));

    const rows = [
      await portal.records(),
      await portal.database('vertex_ai_signing_keys'),
    ];
    expect(rows[0]).toHaveLength(3);
    const seen = JSON.stringify([answers, rows, portal.logs, portal.events]);
    expect(seen).toContain('network/unreachable');
    expect(google.assertions).toHaveLength(1);
    for (const secret of [SECRET, ...google.assertions[0].split('.'), '"d":']) {
      expect(seen).not.toContain(secret);
    }
    expect(seen).not.toContain('Bearer');
  }, 30_000);
});
