// How soon a task ends after Google's operation has: real deployments, started as a person starts them, in a portal and an
// emulator that run.
//
//   node tests/bench/deploy.mjs      prints one JSON line for each figure; needs PORTAL_URL and EMULATOR_URL
//
// When the operation ended is what the emulator wrote into it. When the task ended is asked of the portal, again and again
// once Google comes to its last stages: the portal's stream of events itself only looks once a second, which is Backstage's part
// of what a person waits, and a figure of its own.
import assert from 'node:assert/strict';
import { emulator, guestToken, portalUrl, proxied } from '../e2e/portal.mjs';

const ROUNDS = 5;
/** So much faster than Google: a deployment takes twelve seconds. */
const SPEED = 50;
/** Begins three seconds before the end: late enough to ask from then on, early enough not to be told too late. */
const NEAR_THE_END = 'STARTING_MODEL_SERVER';
/** Longer than this no round takes, in milliseconds. */
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
    // For people: what is printed as JSON is for the figures.
    console.error(
      `  round ${number}: the task ended ${end} ms after the operation, its stream told so after ${seen} ms`,
    );
  }
  const worst = which => Math.max(...rounds.map(round => round[which]));
  report('deploy.end_lag_ms', worst('end'));
  report('deploy.end_seen_ms', worst('seen'));
} finally {
  await emulator('clock', { speed });
}

function report(key, value) {
  console.log(JSON.stringify({ key, value }));
}

/** Deploys once, where nothing is deployed. */
async function measure() {
  await emulator('reset', {});
  const token = await guestToken();
  await renewGoogleToken(token);
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

/** A reset forgets every token: the portal learns that from one refusal, and then has a new one. */
async function renewGoogleToken(token) {
  await proxied(MODEL, {}, token);
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

/** When the task is over, and how; asked until it is. */
async function endOf(task, token) {
  for (;;) {
    const { status } = await (await ask(`/${task}`, token)).json();
    if (!['open', 'processing'].includes(status)) {
      return { at: Date.now(), status };
    }
  }
}

/** The task's events as the portal tells them. */
async function openStream(task, token) {
  const response = await ask(`/${task}/eventstream`, token);
  const events = readEvents(response.body);
  return {
    /** Goes on to the first event like this. */
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

/** The moment at which Google's operation was done. */
async function endOfDeployment() {
  const { operations } = await emulator('state');
  const deployments = operations.filter(
    operation => operation.done && operation.metadata.deploymentStage,
  );
  assert.equal(deployments.length, 1, 'one deployment happened');
  return Date.parse(deployments[0].metadata.genericMetadata.updateTime);
}
