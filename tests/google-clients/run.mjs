/**
 * Google's own Node clients against the emulator: what they ask for and take is what the emulator has to answer. Nothing of ours but
 * the emulator takes part.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import aiplatform from '@google-cloud/aiplatform';
import { ExternalAccountClient } from 'google-auth-library';
import { startEmulator } from './emulator.mjs';
import { startIssuer } from './issuer.mjs';

const PROVIDER =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/portal';
const PLACE = 'projects/acme-ml/locations/us-central1';
const ENDPOINT = `${PLACE}/endpoints/clients`;
const DEPLOYER = 'deployer@acme-ml.iam.gserviceaccount.com';
const { EndpointServiceClient, ModelServiceClient, PredictionServiceClient } =
  aiplatform.v1;

let issuer;
let emulator;
before(async () => {
  issuer = await startIssuer();
  emulator = await startEmulator(issuer.url);
});
afterEach(() => emulator.reset());
after(async () => {
  await emulator.stop();
  issuer.close();
});

/** Credentials as a platform engineer's `external_account` file describes them, the assertion made here. */
function credentials({ groups, claims, account }) {
  return ExternalAccountClient.fromJSON({
    type: 'external_account',
    audience: PROVIDER,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${emulator.url}/v1/token`,
    subject_token_supplier: {
      getSubjectToken: async () =>
        issuer.assertion({
          sub: 'user:default/maria',
          aud: `https:${PROVIDER}`,
          groups,
          ...claims,
        }),
    },
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    ...(account && {
      service_account_impersonation_url: `${emulator.url}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
    }),
  });
}

function client(Service, authClient) {
  return new Service({
    authClient,
    fallback: true,
    protocol: 'http',
    apiEndpoint: '127.0.0.1',
    port: emulator.port,
  });
}

async function createEndpoint(endpoints) {
  const [operation] = await endpoints.createEndpoint({
    parent: PLACE,
    endpoint: { displayName: 'Clients' },
    endpointId: 'clients',
  });
  const [endpoint] = await operation.promise();
  return endpoint;
}

async function deploy(endpoints) {
  const [operation] = await endpoints.deployModel({
    endpoint: ENDPOINT,
    deployedModel: {
      model: `${PLACE}/models/fraud-detector@3`,
      displayName: 'fraud-detector-3',
      serviceAccount: 'fraud-serving@acme-ml.iam.gserviceaccount.com',
      dedicatedResources: {
        machineSpec: {
          machineType: 'g2-standard-4',
          acceleratorType: 'NVIDIA_L4',
          acceleratorCount: 1,
        },
        minReplicaCount: 1,
        maxReplicaCount: 2,
      },
    },
    trafficSplit: { 0: 100 },
  });
  return operation;
}

async function lastPrincipal() {
  return (await emulator.calls()).at(-1).principal;
}

test('a federated user deploys, predicts and takes it all back', async () => {
  const auth = credentials({ groups: ['group:default/ml-team'] });
  const [model] = await client(ModelServiceClient, auth).getModel({
    name: `${PLACE}/models/fraud-detector`,
  });
  assert.equal(model.displayName, 'Fraud detector');

  const endpoints = client(EndpointServiceClient, auth);
  assert.match((await createEndpoint(endpoints)).name, /endpoints\/clients$/);
  const operation = await deploy(endpoints);
  const [{ deployedModel }] = await operation.promise();
  assert.match(deployedModel.id, /^\d+$/);

  const [endpoint] = await endpoints.getEndpoint({ name: ENDPOINT });
  assert.deepEqual(endpoint.trafficSplit, { [deployedModel.id]: 100 });
  const { machineSpec } = endpoint.deployedModels[0].dedicatedResources;
  assert.deepEqual(
    [machineSpec.machineType, machineSpec.acceleratorType],
    ['g2-standard-4', 'NVIDIA_L4'],
  );

  const instance = aiplatform.helpers.toValue({ amount: 12.5, country: 'NL' });
  const [prediction] = await client(PredictionServiceClient, auth).predict({
    endpoint: ENDPOINT,
    instances: [instance],
  });
  assert.equal(prediction.predictions.length, 1);
  assert.equal(prediction.deployedModelId, deployedModel.id);

  const [undeployed] = await endpoints.undeployModel({
    endpoint: ENDPOINT,
    deployedModelId: deployedModel.id,
  });
  await undeployed.promise();
  const [deleted] = await endpoints.deleteEndpoint({ name: ENDPOINT });
  await deleted.promise();
  await assert.rejects(
    endpoints.getEndpoint({ name: ENDPOINT }),
    error => error.code === 5,
  );
  assert.match(
    await lastPrincipal(),
    /^principal:.*\/subject\/user:default\/maria$/,
  );
});

test('a federated user acts as a service account', async () => {
  const auth = credentials({
    groups: ['group:default/ml-team'],
    account: DEPLOYER,
  });
  const [model] = await client(ModelServiceClient, auth).getModel({
    name: `${PLACE}/models/fraud-detector@3`,
  });
  assert.equal(model.versionId, '3');
  assert.equal(await lastPrincipal(), `serviceAccount:${DEPLOYER}`);
});

test('who may not impersonate, or may not deploy, is refused with the permission', async () => {
  const stranger = credentials({
    groups: ['group:default/strangers'],
    account: DEPLOYER,
  });
  await assert.rejects(
    stranger.getAccessToken(),
    /getAccessToken|PERMISSION_DENIED|Permission/,
  );

  const endpoints = client(
    EndpointServiceClient,
    credentials({ groups: ['group:default/viewers'] }),
  );
  await assert.rejects(createEndpoint(endpoints), error => {
    assert.equal(error.code, 7);
    assert.equal(error.reason, 'IAM_PERMISSION_DENIED');
    assert.equal(
      error.errorInfoMetadata.permission,
      'aiplatform.endpoints.create',
    );
    return true;
  });
});

test('assertions that Google would not take are not taken', async () => {
  const groups = ['group:default/ml-team'];
  const past = Math.floor(Date.now() / 1000) - 3600;
  for (const claims of [
    { iss: 'http://127.0.0.1:9/another' },
    { aud: 'somebody-else' },
    { iat: past, exp: past + 300 },
    { sub: '' },
  ]) {
    await assert.rejects(
      credentials({ groups, claims }).getAccessToken(),
      /invalid_grant/,
      JSON.stringify(claims),
    );
  }
});

test('an operation that fails fails in the client, with its stage’s error', async () => {
  const endpoints = client(
    EndpointServiceClient,
    credentials({ groups: ['group:default/ml-team'] }),
  );
  await createEndpoint(endpoints);
  const fault = {
    kind: 'failAtStage',
    stage: 'STARTING_MODEL_SERVER',
    code: 9,
    message: 'Model server exited unexpectedly.',
  };
  await emulator.fault({ pathContains: ':deployModel', fault });
  const operation = await deploy(endpoints);
  await assert.rejects(
    operation.promise(),
    error => error.code === 9 && /exited unexpectedly/.test(error.message),
  );
  const [endpoint] = await endpoints.getEndpoint({ name: ENDPOINT });
  assert.equal(endpoint.deployedModels.length, 0);
});
