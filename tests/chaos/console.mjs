// A user of Google's console beside the portal.
import { setTimeout } from 'node:timers/promises';
import { PLACE, endpointOf } from './catalog.mjs';
import { finished, google } from './clients.mjs';

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
export async function race(name, first) {
  const second = await deploy(name, 2);
  for (;;) {
    const { etag, trafficSplit } = await google(endpointOf(name));
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
      return second;
    } catch (error) {
      // The portal was quicker.
      if (error.status !== 409 && error.status !== 400) throw error;
      await setTimeout(100);
    }
  }
}
