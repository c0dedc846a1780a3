// Deployments that survive kills, lost answers, outages, cancellations and other users: rounds with random faults, each checked against
// the emulator's own state. `SEED` chooses other faults, `ROUNDS` sets the length of a run.
import { mkdirSync, rmSync } from 'node:fs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { PLACE, endpointOf, names, writeCatalog } from './catalog.mjs';
import { check } from './checker.mjs';
import { emulator, finished, google, persistent, portal } from './clients.mjs';
import { FAULTS } from './faults.mjs';
import { random } from './random.mjs';
import { artifacts, startEmulator, startPortal } from './servers.mjs';

const seed = process.env.SEED ?? '4';
const rounds = Number(process.env.ROUNDS ?? '3');
const ENDED = ['succeeded', 'failed', 'cancelled'];
/** How long a round may last after its last fault, in milliseconds. */
const PATIENCE = 180_000;

let config;
let server;

const isReady = async () => {
  const last = names.at(-1);
  await portal(`catalog/entities/by-name/component/default/${last}`);
  await portal('vertex-ai/deployments?limit=1');
  return true;
};

/** A console user makes an endpoint with a model that has all traffic. */
async function occupy(name) {
  await finished(
    await google(`${PLACE}/endpoints?endpointId=${name}`, {
      method: 'POST',
      body: { displayName: name },
    }),
  );
  const response = await finished(
    await google(`${endpointOf(name)}:deployModel`, {
      method: 'POST',
      body: {
        deployedModel: {
          model: `${PLACE}/models/fraud-detector@1`,
          dedicatedResources: {
            machineSpec: { machineType: 'n1-standard-4' },
            minReplicaCount: 1,
          },
        },
        trafficSplit: { 0: 100 },
      },
    }),
  );
  return [response.deployedModel.id];
}

/** One deployment from its start to its end, with its faults and its cancellation. */
async function deploy(choices, name, fault, key) {
  const existed = choices.chance(0.5);
  const others = existed ? await occupy(name) : [];
  for (const injected of FAULTS[fault](name))
    await emulator('faults', injected);
  const cancelAfter = choices.chance(0.35) ? choices.between(0, 9000) : null;
  await setTimeout(choices.between(0, 2000));
  const start = {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: { entityRef: `component:default/${name}` },
  };
  const { id } = await persistent('vertex-ai/deployments', start);
  // The same request again is the same deployment.
  const again = await persistent('vertex-ai/deployments', start);
  assert.equal(again.id, id);
  if (cancelAfter !== null) {
    await setTimeout(cancelAfter);
    await persistent(`vertex-ai/deployments/${id}/cancel`, {
      method: 'POST',
    }).catch(error => {
      // It has ended already.
      if (error.status !== 409) throw error;
    });
  }
  const deadline = Date.now() + PATIENCE;
  let deployment;
  do {
    await setTimeout(500);
    deployment = await persistent(`vertex-ai/deployments/${id}`);
  } while (!ENDED.includes(deployment.state) && Date.now() < deadline);
  const what = { name, fault, cancelAfter, existed, state: deployment.state };
  return {
    what,
    facts: { endpointName: endpointOf(name), others, existed },
    deployment,
  };
}

/** Kills the portal at random moments, and starts it again. */
async function kills(choices) {
  for (let count = choices.between(1, 3); count > 0; count--) {
    await setTimeout(choices.between(1500, 9000));
    await server.kill();
    server = await startPortal(config, isReady);
  }
}

async function play(round) {
  const choices = random(`${seed}:${round}`);
  await emulator('reset', {});
  const kinds = choices.shuffled(Object.keys(FAULTS));
  const [results] = await Promise.all([
    Promise.all(
      names.map((name, number) =>
        deploy(
          random(`${seed}:${round}:${name}`),
          name,
          kinds[(number + round) % kinds.length],
          `${seed}-${round}-${name}`,
        ).catch(error => ({ broken: `${name}: ${error.stack}` })),
      ),
    ),
    kills(choices),
  ]);
  const state = await emulator('state');
  const violations = results.flatMap(({ broken, facts, deployment }) =>
    broken ? [broken] : check(facts, deployment, state),
  );
  for (const { what } of results) if (what) console.log(JSON.stringify(what));
  assert.deepEqual(violations, []);
}

test(`deployments survive, seed ${seed}`, async context => {
  rmSync(artifacts, { recursive: true, force: true });
  mkdirSync(artifacts, { recursive: true });
  config = writeCatalog();
  const cloud = await startEmulator();
  try {
    server = await startPortal(config, isReady);
    for (let round = 1; round <= rounds; round++) {
      await context.test(`round ${round}`, () => play(round));
    }
  } finally {
    await server?.kill();
    await cloud.kill();
  }
});
