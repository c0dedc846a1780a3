import type { Entity } from '@backstage/catalog-model';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { ClaimsReport } from '@backstage-vertex-ai/core/server';
import { FakeGoogle, json } from '../__testUtils__/google';
import { ENDPOINT, Portal, scaffolder } from '../__testUtils__/portal';

const OWN = 'component:default/fraud-detector';
const RIVAL = 'component:default/rival';

jest.setTimeout(30_000);

let google: FakeGoogle;
let portal: Portal;

/** An entity that claims the endpoint. */
const claiming = (name: string, suffix = ''): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name,
    namespace: 'default',
    annotations: { [`google.com/vertex-ai-endpoint${suffix}`]: ENDPOINT },
  },
});

const ask = (entityRef = OWN, more: object = {}) => ({
  path: `/api/proxy/vertex-ai/claims?entityRef=${encodeURIComponent(entityRef)}`,
  verb: 'GET',
  ...more,
});

async function disputes(entityRef = OWN) {
  const { status, text } = await portal.ask(ask(entityRef));
  expect({ status, text }).toMatchObject({ status: 200 });
  return (JSON.parse(text) as ClaimsReport).disputes;
}

const brief = (found: ClaimsReport['disputes']) =>
  found.map(({ diagnostic, others, hidden }) => ({
    code: diagnostic.code,
    others,
    hidden,
  }));

async function start(more: object = {}) {
  const settings = Portal.settings(google);
  const vertexAi = { ...settings.vertexAi, ...more };
  portal = await new Portal().start({ ...settings, vertexAi });
  portal.entities.push(claiming('fraud-detector'));
}

beforeEach(async () => {
  google = await FakeGoogle.start();
  google.answer = response => json(response, { etag: 'a' });
  await start();
});

afterEach(async () => {
  await portal.stop();
  await google.stop();
});

describe('claims', () => {
  it('of one entity are no dispute, and Google is not asked', async () => {
    expect(await disputes()).toEqual([]);
    expect(google.received).toEqual([]);
  });

  it('of two entities are an error on both, which names the other', async () => {
    portal.entities.push(claiming('rival', '.staging'));
    const [found, ...more] = await disputes();
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      endpoint: ENDPOINT,
      diagnostic: {
        code: 'claim/contested',
        severity: 'error',
        help: expect.stringContaining('vertexAi.claims'),
      },
      others: [RIVAL],
      hidden: 0,
    });
    expect(brief(await disputes(RIVAL))).toEqual([
      { code: 'claim/contested', others: [OWN], hidden: 0 },
    ]);
    const paths = google.received.map(({ verb, path }) => `${verb} ${path}`);
    expect(new Set(paths)).toEqual(new Set([`GET /v1/${ENDPOINT}`]));
    expect(await portal.records()).toEqual([]);
  });

  it('of an entity that the user may not read are counted, not named', async () => {
    portal.entities.push(claiming('rival'), claiming('secret'));
    portal.hidden.push('component:default/secret');
    const found = await disputes();
    expect(brief(found)).toEqual([
      { code: 'claim/contested', others: [RIVAL], hidden: 1 },
    ]);
    expect(JSON.stringify(found)).not.toContain('secret');
    expect(await portal.refusal(ask('component:default/secret'))).toEqual({
      status: 404,
      code: 'portal/refused',
    });
    expect(await portal.refusal(ask('component:default/nowhere'))).toEqual({
      status: 404,
      code: 'portal/refused',
    });
  });

  it('are settled by the labels of the endpoint', async () => {
    portal.entities.push(claiming('rival'));
    const labels = {
      'backstage-entity': 'component_default_fraud-detector',
      'backstage-portal': 'localhost_7007',
    };
    google.answer = response => json(response, { labels });
    expect(await disputes()).toEqual([]);
    expect(brief(await disputes(RIVAL))).toEqual([
      { code: 'claim/foreign', others: [OWN], hidden: 0 },
    ]);
  });

  it('are settled by an administrator', async () => {
    await portal.stop();
    await start({ claims: [{ endpoint: ENDPOINT, entity: RIVAL }] });
    portal.entities.push(claiming('rival'));
    portal.hidden.push(RIVAL);
    const found = await disputes();
    expect(brief(found)).toEqual([
      { code: 'claim/foreign', others: [], hidden: 1 },
    ]);
    // The name in the configuration is not shown either.
    expect(JSON.stringify(found)).not.toContain('rival');
  });

  it('are shown to users with `vertex-ai.read` only', async () => {
    const refused = (more: object) => portal.refusal(ask(OWN, more));
    expect(await refused({ as: null })).toMatchObject({ status: 401 });
    expect(await refused({ as: scaffolder })).toMatchObject({ status: 403 });
    expect(await portal.refusal(ask('fraud-detector'))).toEqual({
      status: 400,
      code: 'request/malformed',
    });
    portal.permission = () => AuthorizeResult.DENY;
    expect(await refused({})).toEqual({ status: 403, code: 'portal/refused' });
    expect(google.received).toEqual([]);
  });
});
