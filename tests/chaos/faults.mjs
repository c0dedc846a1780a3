// Faults of Google, one of each kind. The path names the endpoint, so that a fault strikes one deployment.
import { endpointOf } from './catalog.mjs';

const at = (name, suffix) => `/endpoints/${name}${suffix}`;
const create = name => `endpointId=${name}`;
const STAGES = [
  'STARTING_DEPLOYMENT',
  'PREPARING_MODEL',
  'CREATING_SERVING_CLUSTER',
  'ADDING_NODES_TO_CLUSTER',
  'GETTING_CONTAINER_IMAGE',
  'STARTING_MODEL_SERVER',
  'FINISHING_UP',
];

const strike = (pathContains, fault, times = 1) => ({
  pathContains,
  times,
  fault,
});
const onDeploy = fault => name => [strike(at(name, ':deployModel'), fault)];
const onPoll = (fault, times) => name => [
  strike(at(name, '/operations/'), fault, times),
];
const failing = (name, stage) =>
  strike(endpointOf(name), {
    kind: 'failAtStage',
    stage,
    code: 9,
    message: 'Model server exited unexpectedly.',
  });

/** Another user deploys to the endpoint and changes its traffic meanwhile. */
export const RACE = 'console user races';

/** Google accepts a cancellation, and goes on. */
export const IGNORED = 'cancellation ignored';

/** Faults of calls that only a deployment to a new endpoint makes. */
export const OF_NEW_ENDPOINTS = [
  'answer to create lost',
  'create arrives twice',
  'deployment fails, undo lost',
  'undo denied',
];

/** Faults by name; each returns what the emulator is sent for one entity. */
export const FAULTS = {
  none: () => [],
  // It strikes through `console.mjs`.
  [RACE]: () => [],
  'answer to deployModel lost': onDeploy({ kind: 'lostResponse' }),
  'answer to create lost': name => [
    strike(create(name), { kind: 'lostResponse' }),
  ],
  'answer to deployModel cut off': onDeploy({ kind: 'truncatedResponse' }),
  'deployModel carried out, 503': onDeploy({
    kind: 'status',
    status: 503,
    done: true,
  }),
  'deployModel answers 500': name => [
    strike(at(name, ':deployModel'), { kind: 'status', status: 500 }, 2),
  ],
  'deployModel arrives twice': onDeploy({ kind: 'twice' }),
  'create arrives twice': name => [strike(create(name), { kind: 'twice' })],
  'answer to deployModel never comes': onDeploy({ kind: 'hang', done: true }),
  'polls are never answered': onPoll({ kind: 'hang' }, 2),
  'wait answers 401': onPoll({ kind: 'status', status: 401 }, 1),
  'wait answers HTML': onPoll({ kind: 'html' }, 3),
  'everything answers 429': name => [
    strike(name, { kind: 'status', status: 429, retryAfterSeconds: 1 }, 3),
  ],
  'deployModel late': onDeploy({ kind: 'late', seconds: 200 }),
  'outage while deploying': onPoll({ kind: 'status', status: 503 }, 5),
  'deployment fails': (name, choices) => [failing(name, choices.pick(STAGES))],
  'deployment fails, undo lost': (name, choices) => [
    failing(name, choices.pick(STAGES)),
    { ...strike(at(name, ''), { kind: 'lostResponse' }), method: 'DELETE' },
    strike(at(name, ':undeployModel'), { kind: 'lostResponse' }),
  ],
  'undo denied': (name, choices) => [
    failing(name, choices.pick(STAGES)),
    {
      ...strike(at(name, ''), { kind: 'status', status: 403 }, 1_000),
      method: 'DELETE',
    },
    strike(at(name, ':undeployModel'), { kind: 'status', status: 403 }, 1_000),
  ],
  [IGNORED]: name => [strike(endpointOf(name), { kind: 'ignoredCancel' })],
};

/** A fault of changes that Google makes by operations. */
export const OF_OPERATIONS = 'wait answers HTML';

const BUSY = 'answers 429';

const status = more => ({ kind: 'status', ...more });

/**
 * Faults of changes by name. Each returns what the emulator is sent for one of a kind's calls: `point` tells which, `fails` the operation
 * that can fail.
 */
export const CHANGE_FAULTS = {
  none: () => [],
  'answer lost': ({ at }) => [at({ kind: 'lostResponse' })],
  'answer cut off': ({ at }) => [at({ kind: 'truncatedResponse' })],
  'carried out, 503': ({ at }) => [at(status({ status: 503, done: true }))],
  'answer never comes': ({ at }) => [at({ kind: 'hang', done: true })],
  'answers 401': ({ at }) => [at(status({ status: 401 }))],
  late: ({ at }) => [at({ kind: 'late', seconds: 100 })],
  [BUSY]: ({ at }) => [at(status({ status: 429, retryAfterSeconds: 1 }), 3)],
  // A new version that arrives twice is two versions: Google's method has nothing that would tell.
  'arrives twice': ({ at, point }) => [
    at({ kind: point.isOnce ? 'lostResponse' : 'twice' }),
  ],
  // An upload that may be under way is awaited for minutes before it is sent again.
  'answers 500': ({ at, point }) => [
    at(
      status({ status: 500, done: Boolean(point.isOnce) }),
      point.isOnce ? 1 : 2,
    ),
  ],
  [OF_OPERATIONS]: ({ endpoint }) => [
    strike(`${endpoint}/operations/`, { kind: 'html' }, 3),
  ],
  fails: ({ fails, endpoint, model, at, choices }) => {
    if (fails === 'deployModel') {
      return [failing(endpoint, choices.pick(STAGES))];
    }
    if (!fails) return [at(status({ status: 403 }), 1_000)];
    const resource = fails === 'UploadModel' ? model : endpoint;
    const failure = { code: 9, message: 'It cannot be done now.' };
    return [
      strike(`/${resource}`, {
        kind: 'failOperation',
        operation: fails,
        ...failure,
      }),
    ];
  },
};

/** Returns what the emulator is sent for a kind of change. */
export const changeFaults = (fault, kind, endpoint, model, choices) => {
  // A kill between two tries of an upload makes its run look for the version during six minutes.
  const points = kind.points.filter(each => fault !== BUSY || !each().isOnce);
  const point = choices.pick(points)(endpoint);
  const { path, ...which } = point;
  const at = (injected, times) => ({
    ...strike(path, injected, times),
    method: which.method,
  });
  const { fails } = kind;
  return CHANGE_FAULTS[fault]({ at, point, fails, endpoint, model, choices });
};
