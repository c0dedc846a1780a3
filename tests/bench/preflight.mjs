// Number of checks of the preflight, and how long a preflight takes where Google is slow: through the API of a running portal, against
// the emulator, each of whose answers is late, while one call never gets an answer.
//
//   node tests/bench/preflight.mjs      prints one JSON line for each figure; needs PORTAL_URL and EMULATOR_URL
import assert from 'node:assert/strict';
import { preflightNames } from '../../pkg-js/core/dist/server.mjs';
import {
  emulator,
  emulatorUrl,
  guestToken,
  portalUrl,
} from '../e2e/portal.mjs';

const ROUNDS = 20;
const LEAST_CHECKS = 15;
const MOST_MILLIS = 5_000;
const LATE_MILLIS = 300;
/** Parts of paths of calls that hang, one in each measurement. */
const HANGING = [
  '/timeSeries',
  '/quotaInfos',
  '/services:batchGet',
  '/dockerImages',
  '/b/acme-models/o',
];
const TEXT = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  # One that the guest may deploy.
  name: fraud-detector
  annotations:
    google.com/vertex-ai-project: acme-ml
    google.com/vertex-ai-location: us-central1
    google.com/vertex-ai-endpoint: preflight
    google.com/vertex-ai-model: preflight
    google.com/vertex-ai-image: us-central1-docker.pkg.dev/acme-ml/serving/fraud:3
    google.com/vertex-ai-port: '8080'
    google.com/vertex-ai-predict-route: /predict
    google.com/vertex-ai-health-route: /health
    google.com/vertex-ai-artifact-uri: gs://acme-models/fraud/3
    google.com/vertex-ai-machine-type: g2-standard-4
    google.com/vertex-ai-accelerator: NVIDIA_L4:1
    google.com/vertex-ai-service-account: fraud-serving@acme-ml.iam.gserviceaccount.com
    google.com/vertex-ai-kms-key: projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/serving
spec:
  type: ml-model
  lifecycle: production
  owner: guests
`;

const checks = preflightNames().length;
report('preflight.checks', checks);
assert.ok(checks >= LEAST_CHECKS, `fewer than ${LEAST_CHECKS} checks`);

await emulator('reset', {});
const token = await guestToken();
// Without faults, every check that applies to the plan has a result.
const { body } = await preflight();
console.error(`  without faults: ${body.headline}`);
assert.equal(body.counts.unknown, 0, body.summary);

const times = [];
for (let number = 0; number < ROUNDS; number += 1) {
  const pathContains = HANGING[number % HANGING.length];
  await clearFaults();
  await fault({ pathContains, times: 1000, fault: { kind: 'hang' } });
  await fault({ times: 1000, fault: { kind: 'slow', millis: LATE_MILLIS } });
  const { body: judged, millis } = await preflight();
  times.push(millis);
  console.error(
    `  ${pathContains} hangs: ${judged.headline} after ${millis} ms`,
  );
  assert.ok(judged.counts.unknown > 0, 'a hanging call is never ok');
}
times.sort((one, other) => one - other);
const p95 = times[Math.ceil(times.length * 0.95) - 1];
report('preflight.p95_ms', p95);
await emulator('reset', {});
assert.ok(p95 <= MOST_MILLIS, `above ${MOST_MILLIS} ms`);

function report(key, value) {
  console.log(JSON.stringify({ key, value }));
}

async function clearFaults() {
  await fetch(`${emulatorUrl}/emulator/faults`, { method: 'DELETE' });
}

function fault(body) {
  return emulator('faults', body);
}

async function preflight() {
  const start = performance.now();
  const response = await fetch(`${portalUrl}/api/vertex-ai/preflight`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ text: TEXT }),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, JSON.stringify(answer));
  return { body: answer, millis: Math.round(performance.now() - start) };
}
