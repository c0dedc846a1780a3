import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { AccessReport } from '@backstage-vertex-ai/core/server';
import { deploying } from '../__testUtils__/entities';
import { claimsOf, FakeGoogle, json, SECRET } from '../__testUtils__/google';
import {
  alice,
  bob,
  ENDPOINT,
  Portal,
  scaffolder,
} from '../__testUtils__/portal';
import * as http from 'node:http';
import type { ServerResponse } from 'node:http';

const PATH = '/api/proxy/vertex-ai/access';
const PRINCIPAL =
  'principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/subject/user:default/alice';

const asked = (annotations: Record<string, string> = {}) => ({
  source: { entity: deploying(annotations) },
});

/** Google, for a caller who holds these permissions on every resource. */
function holding(google: FakeGoogle, permissions: RegExp) {
  google.answer = (response, { path, body }) => {
    const url = new URL(path, google.url);
    const denied = {
      error: { status: 'PERMISSION_DENIED', message: 'denied' },
    };
    if (url.pathname.endsWith(':testIamPermissions')) {
      const wanted = body
        ? JSON.parse(body).permissions
        : url.searchParams.getAll('permissions');
      const held = wanted.filter((name: string) => permissions.test(name));
      json(response, { permissions: held });
    } else if (permissions.test('get') && !url.pathname.includes(':')) {
      json(response, { name: ENDPOINT });
    } else {
      json(response, denied, 403);
    }
  };
}

describe('what a user may do with a deployment', () => {
  let google: FakeGoogle;
  let portal: Portal;

  beforeEach(async () => {
    google = await FakeGoogle.start();
    portal = await new Portal().start({
      ...Portal.settings(google),
      vertexAi: {
        ...Portal.settings(google).vertexAi,
        access: { grantors: ['group:default/cloud-admins'] },
      },
    });
  });

  afterEach(async () => {
    await portal.stop();
    await google.stop();
  });

  const report = async (ask: object = {}): Promise<AccessReport> => {
    const { status, text } = await portal.ask({
      path: PATH,
      body: asked(),
      ...ask,
    });
    expect({ status, text }).toMatchObject({ status: 200 });
    return JSON.parse(text);
  };

  it('is read from Google as that user, and leaves no record', async () => {
    holding(google, /./);
    const { state, headline, principal, missing } = await report();
    expect({ state, headline, principal, missing }).toEqual({
      state: 'complete',
      headline: 'You can deploy here',
      principal: PRINCIPAL,
      missing: [],
    });
    const subjects = google.assertions.map(claimsOf);
    expect(subjects).toMatchObject([
      {
        sub: 'user:default/alice',
        groups: ['group:default/alices-team'],
      },
    ]);
    const reasons = google.received.map(
      ({ headers }) => headers['x-goog-request-reason'],
    );
    expect(
      reasons.every(reason => reason?.includes('user:default/alice')),
    ).toBe(true);
    expect(await portal.records()).toEqual([]);
    // Nothing of the token that Google gave.
    const { text } = await portal.ask({ path: PATH, body: asked() });
    expect(text + portal.logs.join()).not.toContain(SECRET);

    await report({ as: bob });
    expect(google.assertions.map(claimsOf).at(-1)!.sub).toBe(
      'user:default/bob',
    );
  });

  it('reports what is missing, why, and who can grant it', async () => {
    holding(google, /nothing/);
    const { state, missing, grantors, request, abilities } = await report();
    expect(state).toBe('missing');
    const names = missing.flatMap(({ permissions }) =>
      permissions.map(({ permission }) => permission),
    );
    expect(names).toContain('aiplatform.endpoints.deploy');
    expect(
      missing.every(grant => grant.permissions.every(({ without }) => without)),
    ).toBe(true);
    expect(grantors).toEqual([
      { name: 'group:default/cloud-admins', kind: 'entity' },
    ]);
    expect(request).toEqual({
      entityRef: 'component:default/fraud-detector',
      principal: PRINCIPAL,
      modelExists: true,
      endpointExists: false,
    });
    expect(abilities.every(({ able }) => able === false)).toBe(true);
  });

  it('includes the permissions of the portal', async () => {
    holding(google, /./);
    portal.permission = name =>
      name === 'vertex-ai.deploy'
        ? AuthorizeResult.DENY
        : AuthorizeResult.ALLOW;
    const { state, headline } = await report();
    expect(state).toBe('missing');
    expect(headline).toContain('vertex-ai.deploy');
  });

  it('is reported for allowed projects only', async () => {
    holding(google, /./);
    const body = asked({ 'google.com/vertex-ai-project': 'other-project' });
    const { state, diagnostics } = await report({ body });
    expect(state).toBe('unavailable');
    expect(diagnostics.map(({ code }) => code)).toEqual([
      'proxy/target-not-allowed',
    ]);
    expect(google.received).toEqual([]);
  });

  it('is reported for allowed locations only', async () => {
    holding(google, /./);
    const body = asked({ 'google.com/vertex-ai-location': 'asia-east1' });
    const { state, headline, diagnostics } = await report({ body });
    expect({ state, headline }).toEqual({
      state: 'unavailable',
      headline: 'A deployment would be denied here',
    });
    expect(diagnostics.map(({ code }) => code)).toEqual([
      'proxy/target-not-allowed',
    ]);
    expect(google.received).toEqual([]);
  });

  it('is none where a second entity claims the endpoint', async () => {
    holding(google, /./);
    const endpoint = { 'google.com/vertex-ai-endpoint': 'fraud-detector' };
    portal.entities.push(deploying(), deploying(endpoint, 'rival'));
    const { state, headline, diagnostics } = await report();
    expect({ state, headline }).toEqual({
      state: 'unavailable',
      headline: 'A deployment would be denied here',
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(['claim/contested']);
  });

  it('is reported to users with `vertex-ai.read` only', async () => {
    holding(google, /./);
    const refused = (ask: object) =>
      portal.refusal({ path: PATH, body: asked(), ...ask });
    expect(await refused({ as: null })).toMatchObject({ status: 401 });
    expect(await refused({ as: scaffolder })).toMatchObject({ status: 403 });
    expect(await refused({ body: 'no JSON' })).toEqual({
      status: 400,
      code: 'proxy/body-malformed',
    });
    expect(await refused({ body: { ...asked(), surprise: 1 } })).toEqual({
      status: 400,
      code: 'request/malformed',
    });
    portal.permission = name =>
      name === 'vertex-ai.read' ? AuthorizeResult.DENY : AuthorizeResult.ALLOW;
    // The permission is checked before the body is read.
    for (const ask of [{}, { body: 'no JSON' }]) {
      expect(await refused(ask)).toEqual({
        status: 403,
        code: 'portal/refused',
      });
    }
    expect(google.received).toEqual([]);
  });

  it('ends when the user leaves', async () => {
    const asking = new Promise<ServerResponse>(resolve => {
      google.answer = response => resolve(response);
    });
    const request = http.request(portal.url(PATH), {
      method: 'POST',
      headers: { authorization: alice, 'content-type': 'application/json' },
    });
    request.on('error', () => {});
    request.end(JSON.stringify(asked()));
    const response = await asking;
    const ended = new Promise(resolve => response.once('close', resolve));
    request.destroy();
    await ended;
    expect(google.received).toHaveLength(1);
  });

  it('honours `retry-after`, and accepts answers without a body', async () => {
    let times = 0;
    google.answer = response => {
      times += 1;
      if (times === 1) json(response, {}, 429, { 'retry-after': '0' });
      else response.writeHead(204).end();
    };
    const { state } = await report();
    expect(state).toBe('missing');
    expect(times).toBeGreaterThan(2);
  });

  it('reports when Google does not answer', async () => {
    await google.stop();
    const { status, text } = await portal.ask({ path: PATH, body: asked() });
    expect(status).toBe(200);
    expect(JSON.parse(text).state).toBe('unavailable');
  });
});
