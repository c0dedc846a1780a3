/** Values of environment variables: an upload under a mandate has them, and no table does. */
import { plan } from '@backstage-vertex-ai/core/server';
import {
  aliceByDeployer,
  DelegationScene,
  GOOGLE,
  named,
  PLACE,
  under,
} from '../__testUtils__/delegation';
import { marked } from '../__testUtils__/marked';

const MARKER = 's3cr3t-marker';

describe('values of environment variables', () => {
  let scene: DelegationScene;

  beforeEach(async () => {
    scene = await DelegationScene.start();
  });

  afterEach(() => scene.stop());

  it('are sent as they were at the start, and stored nowhere', async () => {
    const entity = named('fraud-detector', {
      model: 'fraud-detector',
      image: 'us-central1-docker.pkg.dev/acme-ml/serving/fraud:3',
      env: `LOG_LEVEL=${MARKER}`,
    });
    const { entities } = scene.portal;
    const at = entities.findIndex(
      ({ kind, metadata }) =>
        kind === entity.kind && metadata.name === 'fraud-detector',
    );
    Object.assign(entities[at], entity);
    const { deployment } = scene;
    const source = { entity };
    const request = { kind: 'deploy', runId: deployment, source };
    const made = await scene.delegate(aliceByDeployer, { deployment, request });
    expect(made).toMatchObject({ status: 201 });
    const { id } = JSON.parse(made.text);

    const { body } = plan({ source }).plan!.steps[0].call as any;
    body.model.labels['backstage-run'] = deployment;
    const upload = (value: unknown) => {
      const sent = JSON.parse(JSON.stringify(body));
      sent.model.containerSpec.env[0].value = value;
      const path = `${GOOGLE}/${PLACE}/models:upload`;
      return under(id, { path, body: sent });
    };
    expect(await scene.portal.ask(upload(MARKER))).toMatchObject({
      status: 200,
    });
    for (const value of ['another', '', { fingerprint: MARKER }]) {
      expect(await scene.portal.refusal(upload(value))).toEqual({
        status: 403,
        code: 'mandate/not-planned',
      });
    }
    const { request: stored } = await scene.row(id);
    expect(stored).toContain('LOG_LEVEL=');
    expect(await marked(scene.portal.database, MARKER)).toEqual([]);
    expect(JSON.stringify(scene.portal.events)).not.toContain(MARKER);
    // The scan finds what is there.
    await scene.portal.database('vertex_ai_mandates').update({ facts: MARKER });
    expect(await marked(scene.portal.database, MARKER)).toEqual([
      'vertex_ai_mandates.facts',
    ]);
  });
});
