/** Mocked Google and portal for the dev app: one entity per state, recognised by its endpoint. */

import type { Entity } from '@backstage/catalog-model';
import {
  CANCELLED,
  FAILED,
  FakeDeployments,
  LOG,
  RUNNING,
  SUCCEEDED,
} from '../src/__testUtils__/deployments';
import type { Deployment } from '../src/deployments/deployment';
import {
  COMPLETE,
  deployment,
  fraudDetector,
  json,
  MISSING,
  refusal,
  SERVING,
} from '../src/__testUtils__/google';

interface State {
  title: string;
  annotations?: Record<string, string>;
  /** Absent where the endpoint does not exist. */
  endpoint?: object;
  operations?: object[];
  /** Google's response to every request, in place of the above. */
  response?: () => Response;
  access?: object;
  /** Newest first. */
  deployments?: Deployment[];
}

const ENDPOINT = { displayName: 'Fraud detector' };
const FAILED_AT_GOOGLE = deployment('FAILED_TO_DEPLOY', {
  done: true,
  error: { code: 9, message: 'Model server exited unexpectedly.' },
});

const CANCELLED_AT_GOOGLE = deployment('DEPLOYMENT_TERMINATED', {
  done: true,
  error: { code: 1, message: 'cancelled' },
});

const STATES: Record<string, State> = {
  absent: { title: 'Not deployed' },
  deploying: {
    title: 'First deployment runs',
    endpoint: ENDPOINT,
    operations: [deployment('ADDING_NODES_TO_CLUSTER')],
    deployments: [RUNNING, CANCELLED],
  },
  serving: {
    title: 'Serving',
    endpoint: SERVING,
    deployments: [SUCCEEDED, FAILED, CANCELLED],
  },
  drift: {
    title: 'Another version serves, and a model serves nothing',
    annotations: { 'google.com/vertex-ai-model': 'fraud-detector@7' },
    endpoint: { ...SERVING, trafficSplit: { '11': 100 } },
  },
  cancelled: { title: 'Cancelled', operations: [CANCELLED_AT_GOOGLE] },
  environments: {
    title: 'Two environments',
    annotations: {
      'google.com/vertex-ai-endpoint.staging': 'absent',
      'google.com/vertex-ai-endpoint.production': 'serving',
    },
    deployments: [
      { ...RUNNING, environment: 'staging' },
      { ...SUCCEEDED, environment: 'production' },
    ],
  },
  'deploying-again': {
    title: 'Next deployment runs',
    endpoint: SERVING,
    operations: [deployment('STARTING_MODEL_SERVER')],
  },
  failed: {
    title: 'Failed',
    endpoint: ENDPOINT,
    operations: [FAILED_AT_GOOGLE],
  },
  'failed-again': {
    title: 'Serving after a failure',
    endpoint: SERVING,
    operations: [FAILED_AT_GOOGLE],
  },
  idle: { title: 'Empty endpoint', endpoint: ENDPOINT },
  invalid: {
    title: 'Invalid annotations',
    annotations: { 'google.com/vertex-ai-machine-type': 'n1-standart-4' },
    access: {
      ...COMPLETE,
      state: 'invalid',
      headline: 'The Vertex AI annotations are wrong',
      abilities: [],
    },
  },
  denied: {
    title: 'Missing permissions',
    response: () => refusal(403, 'PERMISSION_DENIED', 'Permission denied.'),
    access: MISSING,
  },
  unavailable: {
    title: 'Google does not respond',
    response: () => refusal(503, 'UNAVAILABLE', 'Try again.'),
  },
};

/** One entity per state, named after the state. */
export const entities: Entity[] = Object.entries(STATES).map(
  ([name, { title, annotations }]) => {
    const entity = fraudDetector({
      'google.com/vertex-ai-endpoint':
        name === 'environments' ? undefined : name,
      ...annotations,
    });
    return { ...entity, metadata: { ...entity.metadata, name, title } };
  },
);

const portal = new FakeDeployments();
for (const [name, { deployments = [] }] of Object.entries(STATES)) {
  for (const known of deployments) {
    const id = `${name}-${known.id.slice(-1)}`;
    const entityRef = `component:default/${name}`;
    const now = new Date().toISOString();
    const createdAt = known.endedAt ? known.createdAt : now;
    const startedAt = known.endedAt ? known.startedAt : now;
    portal.deployments.push({ ...known, id, entityRef, createdAt, startedAt });
    portal.events.set(id, LOG);
  }
}

/** Responds like the portal's proxy in front of Google. */
export async function fetchMock(
  input: RequestInfo | URL,
  init?: RequestInit,
): Promise<Response> {
  const url = new URL(String(input));
  const { pathname } = url;
  if (pathname.startsWith('/api/vertex-ai/')) {
    return portal.fetch(url, init ?? {});
  }
  if (pathname.endsWith('/vertex-ai/access')) {
    const { source } = JSON.parse(String(init?.body));
    return json(STATES[source.entity.metadata.name]?.access ?? COMPLETE);
  }
  const [, name, operations] =
    pathname.match(/\/endpoints\/([a-z-]+)(\/operations)?$/) ?? [];
  const state = STATES[name];
  if (state?.response) return state.response();
  if (operations) return json({ operations: state?.operations ?? [] });
  return state?.endpoint
    ? json(state.endpoint)
    : refusal(404, 'NOT_FOUND', `${pathname} is not found.`);
}
