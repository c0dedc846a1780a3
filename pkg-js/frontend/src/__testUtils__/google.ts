import type {
  AccessReport,
  ClaimsReport,
} from '@backstage-vertex-ai/core/server';
import type { Entity } from '@backstage/catalog-model';
import { FakeDeployments } from './deployments';

const PLACE = 'projects/123456789012/locations/us-central1';

/** The portal's base URL, as the discovery API returns it. */
export const PORTAL = 'http://portal.example';

/** An entity with valid annotations. `annotations` overrides them; `undefined` removes one. */
export function fraudDetector(
  annotations: Record<string, string | undefined> = {},
): Entity {
  const all = {
    'google.com/vertex-ai-project': 'acme-ml',
    'google.com/vertex-ai-location': 'us-central1',
    'google.com/vertex-ai-endpoint': 'fraud-detector',
    'google.com/vertex-ai-model': 'fraud-detector@3',
    ...annotations,
  };
  const kept = Object.entries(all).filter(([, value]) => value !== undefined);
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name: 'fraud-detector',
      namespace: 'default',
      annotations: Object.fromEntries(kept) as Record<string, string>,
    },
    spec: { type: 'ml-model', lifecycle: 'production', owner: 'ml-team' },
  };
}

/** An entity without Vertex AI annotations. */
export const website: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'website',
    namespace: 'default',
    description: 'The public website',
  },
  spec: { type: 'website', lifecycle: 'production', owner: 'web-team' },
};

/** Google's `Endpoint` that serves version 3. */
export const SERVING = {
  name: `${PLACE}/endpoints/fraud-detector`,
  displayName: 'Fraud detector',
  trafficSplit: { '11': 80, '10': 20 },
  deployedModels: [
    {
      id: '10',
      model: `${PLACE}/models/fraud-detector`,
      modelVersionId: '2',
      displayName: 'fraud-2',
      dedicatedResources: {
        machineSpec: { machineType: 'n1-standard-2' },
        minReplicaCount: 1,
      },
    },
    {
      id: '11',
      model: `${PLACE}/models/fraud-detector`,
      modelVersionId: '3',
      displayName: 'fraud-3',
      status: { availableReplicaCount: 1 },
      dedicatedResources: {
        machineSpec: {
          machineType: 'g2-standard-4',
          acceleratorType: 'NVIDIA_L4',
          acceleratorCount: 1,
        },
        minReplicaCount: 1,
        maxReplicaCount: 3,
      },
    },
  ],
};

/** Google's `Operation` of a deployment. */
export function deployment(stage: string, end: object = {}) {
  return {
    name: `${PLACE}/endpoints/fraud-detector/operations/7`,
    metadata: {
      '@type':
        'type.googleapis.com/google.cloud.aiplatform.v1.DeployModelOperationMetadata',
      genericMetadata: { createTime: '2026-11-24T01:00:00Z' },
      deploymentStage: stage,
    },
    ...end,
  };
}

/** An endpoint that two other entities claim, too. */
export const CONTESTED: ClaimsReport['disputes'][number] = {
  endpoint: 'projects/acme-ml/locations/us-central1/endpoints/fraud-detector',
  diagnostic: {
    code: 'claim/contested',
    severity: 'error',
    message:
      'more than one entity claims the endpoint `projects/acme-ml/locations/us-central1/endpoints/fraud-detector`',
    help: 'remove the annotation of all but one',
  },
  others: ['component:default/rival'],
  hidden: 1,
};

/** The report for a user who can deploy. */
export const COMPLETE: AccessReport = {
  state: 'complete',
  headline: 'You can deploy here',
  principal: 'principal://iam.googleapis.com/pool/subject/user:default/jane',
  abilities: [
    { title: 'Deploy to the endpoint', able: true, lacking: [] },
    {
      title: 'Send predictions',
      able: false,
      lacking: ['aiplatform.endpoints.predict'],
    },
    { title: 'View the endpoint', able: null, lacking: [] },
  ],
  missing: [],
  missingInPortal: [],
  grantors: [],
  observedAt: new Date().toISOString(),
  staleAt: new Date(Date.now() + 600_000).toISOString(),
  diagnostics: [],
};

/** The report for a user with missing permissions. */
export const MISSING: AccessReport = {
  ...COMPLETE,
  state: 'missing',
  headline: 'You are missing 3 permissions to deploy here',
  missingInPortal: ['vertex-ai.deploy'],
  missing: [
    {
      name: 'endpoint role member',
      grantee: 'caller',
      member: COMPLETE.principal!,
      resource:
        'projects/acme-ml/locations/us-central1/endpoints/fraud-detector',
      resourceKind: 'endpoint',
      role: 'projects/acme-ml/roles/vertexEndpoint_1',
      custom: true,
      permissions: [
        {
          permission: 'aiplatform.endpoints.deploy',
          confidence: 'documented',
          neededBy: ['aiplatform.projects.locations.endpoints.deployModel'],
          without: 'the model is not deployed',
        },
        {
          permission: 'aiplatform.endpoints.undeploy',
          confidence: 'documented',
          neededBy: ['aiplatform.projects.locations.endpoints.undeployModel'],
          without: 'after a failure the deployed model is left behind',
        },
      ],
      expiry: 'never',
    },
  ],
  grantors: [
    { name: 'group:default/cloud-admins', kind: 'entity' },
    { name: 'user:owner@acme.example', kind: 'principal' },
  ],
  request: {
    entityRef: 'component:default/fraud-detector',
    principal: COMPLETE.principal!,
    modelExists: true,
    endpointExists: true,
  },
};

/** A JSON response. */
export const json = (body: object, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });

/** An error response in Google's format. */
export const refusal = (code: number, status: string, message: string) =>
  json({ error: { code, status, message } }, code);

/** Google behind the portal's proxy, and the portal's deployments. */
export class FakeGoogle {
  /** Absent where the endpoint does not exist. */
  endpoint?: object;
  operations: object[] = [];
  /** Versions of the model; absent where the model does not exist. */
  versions?: object[];
  access: object = COMPLETE;
  /** The endpoints that the entity claims, and that are not its own. */
  disputes: ClaimsReport['disputes'] = [];
  /** The entities whose disputes were read. */
  readonly claimed: string[] = [];
  readonly portal = new FakeDeployments();
  /** Responds instead of Google. A rejection is a network failure. */
  instead?: (path: string) => Response | Promise<Response>;
  /** Every other request to the proxy, in order. */
  readonly calls: { url: string; init: RequestInit }[] = [];

  readonly fetch = async (
    input: RequestInfo | URL,
    init: RequestInit = {},
  ): Promise<Response> => {
    const url = String(input);
    if (new URL(url).pathname.startsWith('/api/vertex-ai/')) {
      return this.portal.fetch(new URL(url), init);
    }
    if (new URL(url).pathname.endsWith('/vertex-ai/claims')) {
      this.claimed.push(new URL(url).searchParams.get('entityRef')!);
      return json({ disputes: this.disputes });
    }
    this.calls.push({ url, init });
    if (this.instead) return this.instead(url);
    const { pathname } = new URL(url);
    if (pathname.endsWith('/vertex-ai/access')) return json(this.access);
    if (pathname.endsWith('/endpoints/fraud-detector/operations')) {
      return json({ operations: this.operations });
    }
    if (pathname.endsWith(':listVersions') && this.versions) {
      return json({ models: this.versions });
    }
    if (pathname.endsWith('/endpoints/fraud-detector') && this.endpoint) {
      return json(this.endpoint);
    }
    return refusal(404, 'NOT_FOUND', `${pathname} is not found.`);
  };
}
