// How soon a task ends after Google's operation has ended: deployments through the API of a running portal, against the emulator.
//
//   node tests/bench/deploy.mjs      prints one JSON line for each figure; needs PORTAL_URL and EMULATOR_URL
//
// The operation holds the time of its end. The portal is polled for the end of the task from Google's last stages on. Backstage's
// stream of events looks once a second; that delay is a figure of its own.
import assert from 'node:assert/strict';
import { emulator, guestToken, portalUrl, proxied } from '../e2e/portal.mjs';

const ROUNDS = 5;
/** Limit of the time from the end of Google's operation to the end of the task, in milliseconds. */
const MOST_LAG = 300;
/** Speed of the emulator: a deployment takes twelve seconds. */
const SPEED = 50;
/** The stage that begins three seconds before the end; polling starts there. */
const NEAR_THE_END = 'STARTING_MODEL_SERVER';
/** Time limit of a request, in milliseconds. */
const PATIENCE = 60_000;

const ENTITY = 'component:default/fraud-detector';
const MODEL =
  'aiplatform/v1/projects/acme-ml/locations/us-central1/models/fraud-detector';

const { speed } = await emulator('state');
await emulator('clock', { speed: SPEED });
try {
  const rounds = [];
  for (let number = 1; number <= ROUNDS; number += 1) {
    const round = await measure();
    rounds.push(round);
    const { end, seen } = round;
    // For people; the figures are the lines of JSON.
    console.error(
      `  round ${number}: the task ended ${end} ms after the operation, its stream reported it after ${seen} ms`,
    );
  }
  const worst = which => Math.max(...rounds.map(round => round[which]));
  report('deploy.end_lag_ms', worst('end'));
  assert.ok(worst('end') <= MOST_LAG, `above ${MOST_LAG} ms`);
  report('deploy.end_seen_ms', worst('seen'));
} finally {
  await emulator('clock', { speed });
}

function report(key, value) {
  console.log(JSON.stringify({ key, value }));
}

/** Deploys once, to an empty project. */
async function measure() {
  await emulator('reset', {});
  const token = await guestToken();
  await readModel(token);
  const task = await startTask(token);
  const stream = await openStream(task, token);

  await stream.until(event => event.body.message.includes(NEAR_THE_END));
  const [ended, seen] = await Promise.all([
    endOf(task, token),
    stream.until(event => event.type === 'completion'),
  ]);
  assert.equal(ended.status, 'completed', seen.event.body.message);

  const done = await endOfDeployment();
  return { end: ended.at - done, seen: seen.at - done };
}

/** A reset forgets every token: the portal gets new ones when Google rejects those it has. */
async function readModel(token) {
  const { status } = await proxied(MODEL, {}, token);
  assert.equal(status, 200, `the model cannot be read: HTTP ${status}`);
}

async function startTask(token) {
  const response = await ask('', token, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      templateRef: 'template:default/deploy-model',
      values: { entity: ENTITY },
    }),
  });
  return (await response.json()).id;
}

/** Polls until the task ends; returns the time and its status. */
async function endOf(task, token) {
  for (;;) {
    const { status } = await (await ask(`/${task}`, token)).json();
    if (!['open', 'processing'].includes(status)) {
      return { at: Date.now(), status };
    }
  }
}

/** Opens the portal's stream of the task's events. */
async function openStream(task, token) {
  const response = await ask(`/${task}/eventstream`, token);
  const events = readEvents(response.body);
  return {
    /** Waits for the first event that matches. */
    async until(isIt) {
      for (;;) {
        const { done, value: event } = await events.next();
        assert.ok(!done, 'the stream of events ended too soon');
        if (isIt(event)) return { at: Date.now(), event };
        assert.notEqual(event.type, 'completion', event.body.message);
      }
    },
  };
}

async function* readEvents(body) {
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const data = block.match(/^data: (.*)$/m);
      if (data) yield JSON.parse(data[1]);
    }
  }
}

async function ask(path, token, init = {}) {
  const response = await fetch(`${portalUrl}/api/scaffolder/v2/tasks${path}`, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(PATIENCE),
  });
  assert.ok(response.ok, `${path}: HTTP ${response.status}`);
  return response;
}

/** Returns the time at which Google's operation ended. */
async function endOfDeployment() {
  const { operations } = await emulator('state');
  const deployments = operations.filter(
    operation => operation.done && operation.metadata.deploymentStage,
  );
  assert.equal(deployments.length, 1, 'one deployment happened');
  return Date.parse(deployments[0].metadata.genericMetadata.updateTime);
}
