/** Mandates and the catalog: who owns an endpoint, and whom the catalog still has. */
import {
  aliceByDeployer,
  DelegationScene,
  GOOGLE,
  look,
  named,
  PLACE,
  remove,
  under,
} from '../__testUtils__/delegation';
import { claimsOf, json } from '../__testUtils__/google';
import { ENDPOINT } from '../__testUtils__/portal';

/** Lets what was read of the catalog grow old. */
const later = async <T>(act: () => Promise<T>, millis = 31_000): Promise<T> => {
  const { now } = Date;
  Date.now = () => now() + millis;
  try {
    return await act();
  } finally {
    Date.now = now;
  }
};

describe('mandates and claims', () => {
  let scene: DelegationScene;

  beforeEach(async () => {
    scene = await DelegationScene.start();
  });

  afterEach(() => scene.stop());

  const number = '123456789012';
  const numbered = {
    projects: [{ project: 'acme-ml', number, locations: ['us-central1'] }],
  };

  it.each([
    ['plainly', {}],
    ['by the project number', { project: number }],
    ['in an environment', { endpoint: '', 'endpoint.any-name': ENDPOINT }],
  ])(
    'denies an endpoint that a second entity claims %s',
    async (_, annotations) => {
      await scene.restart(numbered);
      scene.portal.entities.push(named('rival', annotations));
      scene.google.answer = response => json(response, { etag: 'a' });
      const { status, code, message } = await scene.denied();
      expect({ status, code }).toEqual({
        status: 403,
        code: 'claim/contested',
      });
      expect(message).not.toContain('rival');
      expect(await scene.portal.database('vertex_ai_mandates')).toEqual([]);
      const direct = await scene.portal.refusal({
        path: `${GOOGLE}/${ENDPOINT}`,
        verb: 'DELETE',
      });
      expect(direct).toEqual({ status: 403, code: 'claim/contested' });
    },
  );

  it('lets the entity deploy that the labels of the endpoint name', async () => {
    scene.portal.entities.push(named('rival'));
    const labels = {
      'backstage-entity': 'component_default_fraud-detector',
      'backstage-portal': 'localhost_7007',
    };
    scene.google.answer = response => json(response, { etag: 'a', labels });
    expect((await scene.delegate()).status).toBe(201);
    expect(
      scene.google.received.map(({ verb, path }) => `${verb} ${path}`),
    ).toEqual([`GET /v1/${ENDPOINT}`]);
    const request = {
      ...scene.asked().request,
      source: { entity: named('rival') },
    };
    expect(await scene.denied({ ...scene.asked(), request })).toMatchObject({
      status: 403,
      code: 'claim/foreign',
    });
    labels['backstage-portal'] = 'other_example';
    expect(await scene.denied()).toMatchObject({
      status: 403,
      code: 'claim/foreign',
    });
  });

  it('denies an endpoint whose labels name another owner, although nobody else claims it', async () => {
    const labels = { 'backstage-entity': 'component_default_rival' };
    scene.google.answer = response => json(response, { etag: 'a', labels });
    expect(await scene.denied()).toMatchObject({
      status: 403,
      code: 'claim/foreign',
    });
  });

  it('makes a mandate although Google does not show the endpoint', async () => {
    scene.google.answer = response => json(response, {}, 503);
    expect((await scene.delegate()).status).toBe(201);
  });

  it('denies changes after a second claim, and leaves their undo', async () => {
    const { id } = await scene.begin();
    const create = under(id, scene.create());
    expect((await scene.portal.ask(create)).status).toBe(200);
    scene.portal.entities.push(named('rival'));
    await later(async () => {
      expect(await scene.portal.refusal(create)).toEqual({
        status: 403,
        code: 'claim/contested',
      });
      expect((await scene.portal.ask(under(id, remove))).status).toBe(200);
    }, 6_000);
  });

  it('denies another version of a model that a second entity names', async () => {
    const uploading = named('fraud-detector', {
      model: 'fraud-detector',
      image: 'us-central1-docker.pkg.dev/acme-ml/serving/fraud:3',
    });
    scene.portal.entities[0] = uploading;
    const asked = scene.asked();
    const request = { ...asked.request, source: { entity: uploading } };
    const body = { ...asked, request };
    expect((await scene.delegate(aliceByDeployer, body)).status).toBe(201);
    expect(scene.google.received.map(({ path }) => path).sort()).toEqual([
      `/v1/${ENDPOINT}`,
      `/v1/${PLACE}/models/fraud-detector`,
    ]);
    scene.portal.entities.push(named('rival', { endpoint: 'another' }));
    const { status, code, message } = await later(
      () => scene.denied(body),
      6_000,
    );
    expect({ status, code }).toEqual({ status: 403, code: 'claim/contested' });
    expect(message).toContain('the model');
  });

  it('lets an administrator settle it', async () => {
    await scene.restart({
      claims: [
        { endpoint: ENDPOINT, entity: 'component:default/fraud-detector' },
      ],
    });
    scene.portal.entities.push(named('rival'));
    expect((await scene.delegate()).status).toBe(201);
    expect(scene.google.received).toEqual([]);
    const request = {
      ...scene.asked().request,
      source: { entity: named('rival') },
    };
    expect(await scene.denied({ ...scene.asked(), request })).toMatchObject({
      status: 403,
      code: 'claim/foreign',
    });
  });

  it('denies an entity that the catalog has otherwise, or not at all', async () => {
    scene.portal.entities[0] = named('fraud-detector', { traffic: '5' });
    expect(await scene.denied()).toMatchObject({
      status: 409,
      code: 'claim/stale',
    });
    scene.portal.entities.shift();
    expect(await scene.denied()).toMatchObject({
      status: 403,
      code: 'claim/stale',
    });
    expect(await scene.portal.database('vertex_ai_mandates')).toEqual([]);
  });

  it('denies what the catalog cannot be asked about, until it answers', async () => {
    scene.portal.catalogFails = true;
    expect(await scene.denied()).toEqual({
      status: 503,
      code: 'portal/refused',
      message: "the portal's catalog is unavailable",
    });
    scene.portal.catalogFails = false;
    const { id } = await scene.begin();
    scene.portal.catalogFails = true;
    expect(await scene.portal.refusal(under(id, look))).toEqual({
      status: 503,
      code: 'portal/refused',
    });
    scene.portal.catalogFails = false;
    expect((await scene.portal.ask(under(id, look))).status).toBe(200);
    expect((await scene.row(id)).revoked_at).toBeNull();
  });

  it('asks the catalog seldom while a deployment runs', async () => {
    const { id } = await scene.begin();
    await scene.portal.ask(under(id, look));
    scene.portal.catalogFails = true;
    expect((await scene.portal.ask(under(id, look))).status).toBe(200);
    const { status } = await later(() => scene.portal.refusal(under(id, look)));
    expect(status).toBe(503);
  });

  it('makes its calls without a group that the catalog no longer shows', async () => {
    const { id } = await scene.begin();
    const [alicesTeam] = scene.portal.entities.splice(2, 1);
    expect(alicesTeam.metadata.name).toBe('alices-team');
    await scene.portal.ask(under(id, scene.create()));
    expect(claimsOf(scene.google.assertions.at(-1)!)).toMatchObject({
      sub: 'user:default/alice',
      groups: [],
    });
    expect(JSON.parse((await scene.portal.records())[0].ownership)).toEqual([]);
  });

  it('ends the mandate of a removed user, and leaves the removal', async () => {
    const { id } = await scene.begin();
    await scene.portal.ask(under(id, scene.create()));
    scene.portal.entities.splice(1, 1);
    expect(
      await later(() => scene.portal.refusal(under(id, scene.create()))),
    ).toEqual({
      status: 503,
      code: 'mandate/user-missing',
    });
    expect((await scene.row(id)).revoked_at).toBeNull();
    await later(async () => {
      expect(await scene.portal.refusal(under(id, scene.create()))).toEqual({
        status: 403,
        code: 'mandate/ended',
      });
      expect((await scene.portal.ask(under(id, remove))).status).toBe(200);
    }, 11 * 60_000);
    expect((await scene.row(id)).revoked_because).toBe(
      'the catalog no longer has `user:default/alice`',
    );
    expect(await scene.denied()).toMatchObject({
      status: 403,
      code: 'mandate/user-missing',
    });
  });

  it('asks nothing about users where the catalog does not have them', async () => {
    scene.portal.entities.splice(1);
    await scene.restart({ usersInCatalog: false });
    const { id } = await scene.begin();
    await scene.portal.ask(under(id, scene.create()));
    expect(claimsOf(scene.google.assertions.at(-1)!).groups).toEqual([
      'group:default/alices-team',
    ]);
  });

  it('labels what it makes with its owner', async () => {
    const body = scene.asked();
    const request = { ...body.request, portal: 'localhost:7007' };
    const { text } = await scene.delegate(aliceByDeployer, {
      ...body,
      request,
    });
    const { id } = JSON.parse(text);
    expect(await scene.portal.refusal(under(id, scene.create()))).toMatchObject(
      {
        code: 'mandate/not-planned',
      },
    );
    const owned = scene.create();
    Object.assign(owned.body.labels, {
      'backstage-entity': 'component_default_fraud-detector',
      'backstage-portal': 'localhost_7007',
    });
    expect((await scene.portal.ask(under(id, owned))).status).toBe(200);
    const other = { ...body.request, portal: 'other.example' };
    expect(await scene.denied({ ...body, request: other })).toMatchObject({
      status: 400,
      code: 'request/malformed',
    });
  });
});
