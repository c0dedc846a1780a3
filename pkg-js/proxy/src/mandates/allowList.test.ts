/** The allow-list and the rules of bodies at a use: what was allowed when the mandate was made may be denied by now. */
import { createDatabases, databaseOf } from '../__testUtils__/databases';
import {
  DelegationScene,
  look,
  remove,
  under,
} from '../__testUtils__/delegation';

const { databases } = createDatabases();

describe('uses of mandates', () => {
  let scene: DelegationScene;
  let restart: (more: object) => Promise<void>;

  beforeEach(async () => {
    const client = await databases.init('SQLITE_3');
    scene = await DelegationScene.start();
    restart = more => scene.restart(more, databaseOf(client));
    await restart({});
  });

  afterEach(() => scene.stop());

  it.each([
    ['project', { project: 'acme-lab', locations: ['us-central1'] }],
    ['location', { project: 'acme-ml', locations: ['europe-west4'] }],
  ])('are denied where the %s is no longer allowed', async (_, allowed) => {
    const { id } = await scene.begin();
    const made = await scene.portal.ask(under(id, scene.create()));
    expect(made.status).toBe(200);
    const [record] = await scene.portal.records();
    scene.google.received.length = 0;
    await restart({ projects: [allowed] });
    for (const ask of [scene.create(), look, remove]) {
      expect(await scene.portal.refusal(under(id, ask))).toEqual({
        status: 403,
        code: 'proxy/target-not-allowed',
      });
    }
    expect(scene.google.received).toEqual([]);
    expect(await scene.portal.records()).toEqual([record]);
    const { events } = scene.portal;
    expect(events.map(({ state }) => state)).toEqual(
      Array(3).fill(['initiated', 'failed']).flat(),
    );
    for (const event of events) {
      expect(event).toMatchObject({
        eventId: 'vertex-ai-denied',
        meta: {
          code: 'proxy/target-not-allowed',
          mandate: id,
          user: 'user:default/alice',
          actor: 'plugin:vertex-ai',
        },
      });
    }
  });

  it('are denied and reported where a body breaks the rules of its method', async () => {
    const { id } = await scene.begin();
    const { path, body } = scene.create();
    // The last of two equal fields is the planned one.
    const twice = JSON.stringify(body).replace('{', '{"displayName":"other",');
    expect(
      await scene.portal.refusal(under(id, { path, body: twice })),
    ).toEqual({ status: 400, code: 'proxy/body-malformed' });
    expect(scene.google.received).toEqual([]);
    expect(await scene.portal.records()).toEqual([]);
    expect(scene.portal.events.at(-1)).toMatchObject({
      eventId: 'vertex-ai-denied',
      state: 'failed',
      meta: { code: 'proxy/body-malformed', mandate: id },
    });
    expect((await scene.portal.ask(under(id, { path, body }))).status).toBe(
      200,
    );
  });
});
