// A user of Google's console beside the portal.
import { setTimeout } from 'node:timers/promises';
import { PLACE, endpointOf } from './catalog.mjs';
import { finished, google } from './clients.mjs';

/** Lets the demo's deployers change models, which its roles do not. */
export async function allowUploads() {
  const path = 'projects/acme-ml/roles/vertexDeployer';
  const role = await google(path);
  const more = ['upload', 'list', 'update', 'delete'].map(
    what => `aiplatform.models.${what}`,
  );
  await google(`${path}?updateMask=includedPermissions`, {
    method: 'PATCH',
    body: { includedPermissions: [...role.includedPermissions, ...more] },
  });
}

/** Deploys a version of the model as somebody's own. */
async function deploy(name, version, trafficSplit) {
  const response = await finished(
    await google(`${endpointOf(name)}:deployModel`, {
      method: 'POST',
      body: {
        deployedModel: {
          model: `${PLACE}/models/fraud-detector@${version}`,
          dedicatedResources: {
            machineSpec: { machineType: 'n1-standard-4' },
            minReplicaCount: 1,
          },
        },
        trafficSplit,
      },
    }),
  );
  return response.deployedModel.id;
}

/** Makes an endpoint with a model that has all traffic. Returns the model's id. */
export async function occupy(name) {
  await finished(
    await google(`${PLACE}/endpoints?endpointId=${name}`, {
      method: 'POST',
      body: { displayName: name },
    }),
  );
  return deploy(name, 1, { 0: 100 });
}

/**
 * Deploys a second model while the portal deploys, and gives it half of what the first one has. Returns its id, and the shares that the
 * two have of what is left to them.
 */
async function race(name, first) {
  const second = await deploy(name, 2);
  for (;;) {
    const { etag, trafficSplit } = await google(endpointOf(name));
    // An answer may have been lost.
    if (trafficSplit[second] > 0) return second;
    const half = Math.floor(trafficSplit[first] / 2);
    const split = {
      ...trafficSplit,
      [first]: trafficSplit[first] - half,
      [second]: half,
    };
    try {
      await google(`${endpointOf(name)}?updateMask=trafficSplit`, {
        method: 'PATCH',
        body: { etag, trafficSplit: split },
      });
    } catch (error) {
      // The portal was quicker, or a fault that is meant for the portal strikes here.
      if (![undefined, 400, 401, 409, 429, 500, 503].includes(error.status)) {
        throw error;
      }
      await setTimeout(100);
    }
  }
}

/** Races the portal some time after now; returns what failed. */
export async function raced(name, others, choices, within = 5000) {
  try {
    await setTimeout(choices.between(0, within));
    others.push(await race(name, others[0]));
    return undefined;
  } catch (error) {
    return error;
  }
}
