// The changes of what serves that a round plays beside deployments: each has an entity of its own, what is there before, and the request.

const MILLIS = 1000;
const image = number =>
  `us-central1-docker.pkg.dev/acme-ml/serving/chaos:${number}`;

/** Paths of a kind's own calls, where faults strike. A call with `isOnce` makes a second thing where it is carried out twice. */
const upload = () => ({ path: 'models:upload', isOnce: true });
const deploying = name => ({ path: `/endpoints/${name}:deployModel` });
const undeploying = name => ({ path: `/endpoints/${name}:undeployModel` });
const mutating = name => ({ path: `/endpoints/${name}:mutateDeployedModel` });
const deleting = name => ({ path: `/endpoints/${name}`, method: 'DELETE' });
const patching = name => ({ path: `/endpoints/${name}`, method: 'PATCH' });
const creating = name => ({ path: `endpointId=${name}` });

const pinned = { model: 'fraud-detector@3', traffic: 40 };
/** Without a share, a deployment receives all traffic. */
const whole = { model: 'fraud-detector@3' };

/** Requests of several kinds, from what was prepared. */
const undeployOne = ({ ids: [deployedModelId] }) => ({
  kind: 'undeploy',
  deployedModelId,
});
const scaleTo = ({ id, replicas: { min, max } }) => ({
  kind: 'scale',
  deployedModelId: id,
  minReplicas: min,
  maxReplicas: max,
});

/**
 * The kinds by the names of their entities. `prepare` does what comes before, undisturbed, and returns what the request and the laws need:
 * `run` is a deployment of the entity, `annotate` changes its annotations; `request` is the body; `law` names the laws in `outcomes.mjs`; `lasts` is about how long the change lasts, in milliseconds.
 */
export const KINDS = {
  'kind-upload': {
    annotations: { model: 'kind-upload', image: image(1) },
    law: 'upload',
    points: [upload, deploying],
    fails: 'UploadModel',
    lasts: 16 * MILLIS,
    prepare: async ({ run }) => {
      await run({ setAlias: 'served' });
      return { model: 'kind-upload', image: image(1), alias: 'served' };
    },
    request: () => ({ newVersion: true, setAlias: 'served' }),
  },
  'kind-image': {
    annotations: { model: 'kind-image', image: image(1) },
    law: 'upload',
    points: [upload, deploying],
    fails: 'deployModel',
    lasts: 16 * MILLIS,
    prepare: async ({ run, annotate, annotations }) => {
      await run({});
      const { image: former } = await annotations();
      const next = image(former === image(1) ? 2 : 1);
      await annotate({ model: 'kind-image', image: next });
      return { model: 'kind-image', image: next };
    },
    request: () => ({}),
  },
  'kind-undeploy': {
    annotations: pinned,
    law: 'undeploy',
    points: [undeploying, patching],
    fails: 'UndeployModel',
    isContested: true,
    lasts: 2 * MILLIS,
    template: 'undeploy-model',
    prepare: async ({ run }) => {
      const { deployedModelId } = await run({});
      return { ids: [deployedModelId] };
    },
    request: undeployOne,
  },
  'kind-last': {
    annotations: pinned,
    law: 'undeploy',
    points: [undeploying],
    fails: 'UndeployModel',
    lasts: 2 * MILLIS,
    template: 'undeploy-model',
    prepare: async ({ run }) => {
      const { deployedModelId } = await run({});
      return { ids: [deployedModelId] };
    },
    request: undeployOne,
  },
  'kind-clear': {
    annotations: pinned,
    law: 'undeploy',
    points: [undeploying, deleting, patching],
    fails: 'UndeployModel',
    lasts: 4 * MILLIS,
    prepare: async ({ run }) => {
      const former = await run({ modelVersion: '2' });
      const { deployedModelId } = await run({});
      return {
        ids: [former.deployedModelId, deployedModelId],
        deletesEndpoint: true,
      };
    },
    request: () => ({
      kind: 'undeploy',
      all: true,
      deleteEndpoint: 'kind-clear',
    }),
  },
  'kind-scale': {
    annotations: pinned,
    law: 'scale',
    points: [mutating],
    fails: 'MutateDeployedModel',
    lasts: 2 * MILLIS,
    template: 'scale-model',
    prepare: async ({ run }) => {
      const { deployedModelId } = await run({});
      return { id: deployedModelId, replicas: { min: 2, max: 5 } };
    },
    request: scaleTo,
  },
  'kind-grow': {
    annotations: pinned,
    law: 'scale',
    points: [mutating],
    fails: 'MutateDeployedModel',
    isContested: true,
    lasts: 2 * MILLIS,
    template: 'scale-model',
    prepare: async ({ run }) => {
      const { deployedModelId } = await run({});
      return { id: deployedModelId, replicas: { min: 1, max: 4 } };
    },
    request: scaleTo,
  },
  'kind-traffic': {
    annotations: pinned,
    law: 'traffic',
    points: [patching],
    isContested: true,
    lasts: MILLIS,
    template: 'shift-traffic',
    prepare: async ({ run }) => {
      const { deployedModelId } = await run({});
      return { id: deployedModelId, share: 70 };
    },
    request: ({ id, share }) => ({
      kind: 'traffic',
      deployedModelId: id,
      traffic: share,
    }),
  },
  'kind-return': {
    annotations: pinned,
    law: 'rollback',
    points: [patching],
    lasts: MILLIS,
    template: 'roll-back-model',
    prepare: async ({ run }) => {
      const former = await run({ modelVersion: '2' });
      await run({});
      return { id: former.deployedModelId, former: former.id };
    },
    request: ({ former }) => ({ kind: 'rollback', deployment: former }),
  },
  'kind-restore': {
    annotations: whole,
    law: 'rollback',
    points: [deploying, patching],
    fails: 'deployModel',
    lasts: 14 * MILLIS,
    prepare: async ({ run }) => {
      const former = await run({ modelVersion: '2' });
      await run({});
      const { id, deployedModelId } = former;
      await run({ kind: 'undeploy', deployedModelId });
      return { id: deployedModelId, former: id };
    },
    request: ({ former }) => ({ kind: 'rollback', deployment: former }),
  },
  'kind-replace': {
    annotations: whole,
    law: 'replacement',
    points: [deploying, undeploying],
    fails: 'UndeployModel',
    lasts: 14 * MILLIS,
    hasFollower: true,
    prepare: async ({ run }) => {
      const { deployedModelId } = await run({ modelVersion: '2' });
      return { previous: deployedModelId };
    },
    request: () => ({ removePreviousAfterMinutes: 0 }),
  },
  'kind-promote': {
    annotations: {
      model: 'fraud-detector@1',
      'endpoint.staging': 'kind-promote-from',
      'endpoint.production': 'kind-promote-to',
    },
    endpoint: 'kind-promote-to',
    law: 'promotion',
    points: [creating, deploying],
    fails: 'deployModel',
    lasts: 16 * MILLIS,
    prepare: async ({ run }) => {
      const body = { environment: 'staging', modelVersion: '2' };
      const { deployedModelId } = await run(body);
      return { version: '2', source: deployedModelId };
    },
    request: () => ({
      kind: 'promote',
      from: 'staging',
      environment: 'production',
    }),
  },
};

/** Beginning of this product's annotations. */
export const PREFIX = 'google.com/vertex-ai-';

/** The file of an entity. Annotations are named without their common beginning. */
export function entityText(name, { endpoint = name, ...more }) {
  const all = {
    project: 'acme-ml',
    location: 'us-central1',
    ...('endpoint.staging' in more ? {} : { endpoint }),
    'machine-type': 'n1-standard-4',
    ...more,
  };
  const lines = Object.entries(all).map(
    ([key, value]) => `    ${PREFIX}${key}: '${value}'`,
  );
  return `---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name}
  annotations:
${lines.join('\n')}
spec:
  type: ml-model
  lifecycle: production
  owner: group:default/ml-team
`;
}

/** Templates of the kinds that a task of the scaffolder plays. */
export const changeTemplates = Object.values(KINDS).flatMap(
  ({ template }) => template ?? [],
);
