import { mockCredentials } from '@backstage/backend-test-utils';
import { randomUUID } from 'node:crypto';
import { deploying, member } from './entities';
import { FakeGoogle, json } from './google';
import { type Ask, ENDPOINT, Portal } from './portal';

export const MANDATES = '/api/proxy/vertex-ai/mandates';
export const PLACE = 'projects/acme-ml/locations/us-central1';
export const GOOGLE = '/api/proxy/vertex-ai/aiplatform/v1';
export const OPERATION = `${ENDPOINT}/operations/7`;

export const deployer = mockCredentials.service.header({
  onBehalfOf: mockCredentials.service('plugin:vertex-ai'),
  targetPluginId: 'proxy',
});
/** The plugin on behalf of a user. */
export const delegating = (user: string) =>
  `Bearer ${mockCredentials.user.token(user, {
    actor: { subject: 'plugin:vertex-ai' },
  })}`;
export const aliceByDeployer = delegating('user:default/alice');

const entity = {
  ...deploying({
    'google.com/vertex-ai-service-account':
      'fraud-serving@acme-ml.iam.gserviceaccount.com',
  }),
  spec: { type: 'service', lifecycle: 'production', owner: 'ml-team' },
};

/** The entity under another name, with these annotations of ours, too. */
export const named = (
  name: string,
  annotations: Record<string, string> = {},
) => ({
  ...entity,
  metadata: {
    ...entity.metadata,
    name,
    annotations: Object.fromEntries(
      Object.entries({
        ...entity.metadata.annotations,
        ...Object.fromEntries(
          Object.entries(annotations).map(([key, value]) => [
            `google.com/vertex-ai-${key}`,
            value,
          ]),
        ),
      }).filter(([, value]) => value),
    ),
  },
});

const people = ['alice', 'bob'].flatMap(name => [
  member('User', name, `group:default/${name}s-team`),
  member('Group', `${name}s-team`),
]);

/** A call under a mandate, by the runner with a lease. */
export const under = (id: string, ask: Ask, lease = 1): Ask => ({
  as: deployer,
  ...ask,
  headers: {
    'x-vertex-ai-mandate': id,
    'x-vertex-ai-lease': `${lease}`,
    ...ask.headers,
  },
});
export const look = { path: `${GOOGLE}/${ENDPOINT}`, verb: 'GET' };
export const follow = {
  path: `${GOOGLE}/${OPERATION}:wait?timeout=1s`,
  verb: 'POST',
};
export const remove = { path: `${GOOGLE}/${ENDPOINT}`, verb: 'DELETE' };

/** A portal whose plugin deploys an entity under mandates, in front of a Google that starts one operation. */
export class DelegationScene {
  readonly deployment = randomUUID();
  portal = new Portal();

  private constructor(readonly google: FakeGoogle) {}

  static async start(): Promise<DelegationScene> {
    const google = await FakeGoogle.start();
    google.answer = response => json(response, { name: OPERATION });
    const scene = new DelegationScene(google);
    scene.portal.entities.push(entity, ...people);
    await scene.portal.start(Portal.settings(google));
    return scene;
  }

  async stop() {
    await this.portal.stop();
    await this.google.stop();
  }

  /** Starts anew, with more configuration and features. */
  async restart(more: object, ...features: any[]) {
    await this.portal.stop();
    const { vertexAi, ...rest } = Portal.settings(this.google);
    const { entities } = this.portal;
    this.portal = new Portal();
    this.portal.entities.push(...entities);
    const data = { ...rest, vertexAi: { ...vertexAi, ...more } };
    await this.portal.start(data, ...features);
  }

  asked() {
    const { deployment } = this;
    const request = { kind: 'deploy', runId: deployment, source: { entity } };
    return { deployment, request };
  }

  delegate(as = aliceByDeployer, body: object = this.asked()) {
    return this.portal.ask({ path: MANDATES, as, body });
  }

  async denied(body: object = this.asked()) {
    const { status, text } = await this.delegate(aliceByDeployer, body);
    const { code, message } = JSON.parse(text).diagnostic ?? {};
    return { status, code, message };
  }

  async begin(as: string = aliceByDeployer) {
    const { status, text } = await this.delegate(as);
    if (status !== 201) throw new Error(`no mandate: ${status} ${text}`);
    // The read of the endpoint, whose labels may name another owner.
    this.google.received.length = 0;
    return JSON.parse(text) as { id: string; expiresAt: string };
  }

  /** The creation of the entity's endpoint, as the plan has it. */
  create() {
    return {
      path: `${GOOGLE}/${PLACE}/endpoints?endpointId=fraud-detector`,
      body: {
        displayName: 'fraud-detector',
        description: 'Backstage component:default/fraud-detector',
        labels: { 'backstage-run': this.deployment },
      },
    };
  }

  async row(id: string) {
    return this.portal.database('vertex_ai_mandates').where({ id }).first();
  }
}
