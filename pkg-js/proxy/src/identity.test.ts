import { AuthorizeResult } from '@backstage/plugin-permission-common';
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

const ISSUER = '/api/proxy/vertex-ai';
const body = { deployedModel: { model: 'm' } };

describe("the portal's identities", () => {
  let google: FakeGoogle;
  let portal: Portal;

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
    await portal.stop();
    await google.stop();
  });

  it('are published for Google to check', async () => {
    const { status, json: discovery } = await get(
      '/.well-known/openid-configuration',
    );
    expect(status).toBe(200);
    expect(discovery.issuer).toMatch(/\/api\/proxy\/vertex-ai$/);
    expect(discovery.jwks_uri).toBe(
      `${discovery.issuer}/.well-known/jwks.json`,
    );

    expect((await get('/.well-known/jwks.json')).json).toEqual({ keys: [] });
    await portal.ask({ path: PREDICT, body: {} });
    const { json: jwks, headers } = await get('/.well-known/jwks.json');
    expect(headers['cache-control']).toMatch(/^public, max-age=\d{1,3}$/);
    expect(jwks.keys).toHaveLength(1);
    expect(jwks.keys[0]).not.toHaveProperty('d');
    const [head] = google.assertions[0].split('.');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString());
    expect(jwks.keys[0].kid).toBe(kid);
    expect(claimsOf(google.assertions[0]).iss).toBe(discovery.issuer);
  });

  it('include the keys of other replicas until they expire, and then they go', async () => {
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
    expect(await published()).toEqual(['other-replica']);

    await portal.ask({ path: PREDICT, body: {} });
    expect(await published()).toHaveLength(2);
    const rows = await portal.database('vertex_ai_signing_keys');
    expect(rows.map(row => row.kid)).not.toContain('old');
  });

  it('carry the groups of the user themselves, however many ask at the same moment', async () => {
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

  it('of whoever started an operation carry the groups of then', async () => {
    google.answer = response => json(response, { name: OPERATION });
    await portal.ask({ path: DEPLOY, body });
    await portal
      .database('vertex_ai_audit')
      .update({ ownership: JSON.stringify(['group:default/then']) });
    google.answer = response => json(response, {}, 401);
    await portal.ask({ path: PREDICT, body: {} });

    await portal.ask({
      path: `${ISSUER}/aiplatform/v1/${OPERATION}`,
      verb: 'GET',
      as: scaffolder,
    });
    expect(google.assertions).toHaveLength(2);
    expect(claimsOf(google.assertions[1])).toMatchObject({
      sub: 'user:default/alice',
      groups: expect.arrayContaining(['group:default/then']),
    });
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
