/** What passes the door and is stored nowhere: tokens, bodies of predictions and changes, and what Google's answers say besides. */
import {
  DelegationScene,
  follow,
  GOOGLE,
  look,
  MANDATES,
  under,
} from './__testUtils__/delegation';
import { json, SECRET } from './__testUtils__/google';
import { marked } from './__testUtils__/marked';
import { DEPLOY, ENDPOINT, PREDICT } from './__testUtils__/portal';

const MARKER = 's3cr3t-marker';

/** A header with a token that holds the marker. */
const token = (claims: object) =>
  `Bearer mock-user-token:${JSON.stringify({ ...claims, jti: MARKER })}`;
const alice = token({ sub: 'user:default/alice' });
const aliceByDeployer = token({
  sub: 'user:default/alice',
  actor: { subject: 'plugin:vertex-ai' },
});

/** Fields of an operation that no row needs; partial failures may quote a container's log. */
const operation = (name: string, more: object = {}) => ({
  name,
  metadata: {
    genericMetadata: { partialFailures: [{ code: 13, message: MARKER }] },
    containerLog: MARKER,
  },
  ...more,
});

describe('the tables of the proxy', () => {
  let scene: DelegationScene;

  beforeEach(async () => {
    scene = await DelegationScene.start();
  });

  afterEach(() => scene.stop());

  /** Asks as the user, and requires that Google has got the marker's call. */
  async function pass(ask: Parameters<typeof scene.portal.ask>[0]) {
    const before = scene.google.received.length;
    const answer = await scene.portal.ask({ as: alice, ...ask });
    expect(scene.google.received.length).toBeGreaterThan(before);
    return answer;
  }

  /** Requires that no table, log line or event of the audit log holds the marker, or a token of Google's. */
  async function expectUnmarked() {
    const { database, events, logs } = scene.portal;
    for (const text of [MARKER, SECRET, ...scene.google.assertions]) {
      expect(await marked(database, text)).toEqual([]);
      expect(JSON.stringify([events, logs])).not.toContain(text);
    }
  }

  it('hold no token of a user, and no body of a prediction', async () => {
    scene.google.answer = response =>
      json(response, { predictions: [MARKER], deployedModelId: '1' });
    const asked = { instances: [{ text: MARKER }], parameters: { k: MARKER } };
    const answered = await pass({ path: PREDICT, body: asked });
    expect(answered).toMatchObject({ status: 200 });
    expect(answered.text).toContain(MARKER);
    expect(scene.google.received[0].body).toContain(MARKER);
    // Google quotes the body in the message of an error.
    scene.google.answer = response =>
      json(response, { error: { code: 400, message: MARKER } }, 400);
    const failed = await pass({ path: PREDICT, body: asked });
    expect(failed).toMatchObject({ status: 400 });
    expect(failed.text).toContain(MARKER);
    // A method that the portal does not open: its denial is an event.
    const closed = PREDICT.replace(/predict$/, 'rawPredict');
    const denied = { path: closed, as: alice, body: asked };
    expect(await scene.portal.ask(denied)).toMatchObject({ status: 403 });
    expect(scene.portal.events.at(-1)?.eventId).toBe('vertex-ai-denied');
    await expectUnmarked();
  });

  it('hold no body of a change, and of its answer only what settles it', async () => {
    const name = `${ENDPOINT}/operations/42`;
    scene.google.answer = response => json(response, operation(name));
    const deployedModel = {
      id: '1234567890',
      displayName: MARKER,
      model: 'projects/acme-ml/locations/us-central1/models/fraud-detector',
    };
    await pass({ path: DEPLOY, body: { deployedModel } });
    const path = `${GOOGLE}/${name}`;
    scene.google.answer = response =>
      json(response, operation(name, { done: true, response: { x: MARKER } }));
    await pass({ path, verb: 'GET' });
    const [record] = await scene.portal.records();
    expect(record).toMatchObject({ outcome: 'succeeded', operation: name });
    await expectUnmarked();
    // What the audit record is for: Google's reason of a rejection. The scan finds it.
    scene.google.answer = response =>
      json(response, { error: { code: 403, message: MARKER } }, 403);
    await pass({ path: DEPLOY, body: { deployedModel } });
    const { database } = scene.portal;
    expect(await marked(database, MARKER)).toEqual(['vertex_ai_audit.error']);
  });

  it('hold no token of a mandate, and of the answers under it only its facts', async () => {
    const made = await scene.portal.ask({
      path: MANDATES,
      as: aliceByDeployer,
      body: scene.asked(),
    });
    expect(made).toMatchObject({ status: 201 });
    const { id } = JSON.parse(made.text);
    const { name } = operation(
      follow.path.match(/projects.*operations\/\d+/)![0],
    );
    scene.google.answer = response => json(response, operation(name));
    await pass(under(id, scene.create()));
    scene.google.answer = response =>
      json(response, operation(name, { done: true, response: { x: MARKER } }));
    await pass(under(id, follow));
    scene.google.answer = response =>
      json(response, {
        name: ENDPOINT,
        displayName: MARKER,
        description: MARKER,
        etag: 'a',
        labels: { team: MARKER },
        deployedModels: [
          { id: '1', displayName: MARKER, serviceAccount: MARKER },
        ],
      });
    await pass(under(id, look));
    const { facts } = await scene.row(id);
    expect(facts).toContain('"etag":"a"');
    await expectUnmarked();
  });
});
