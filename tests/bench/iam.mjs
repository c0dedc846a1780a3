// How few rights a deployment asks for, how soon that is computed, and that none of them is one too many.
//
//   node tests/bench/iam.mjs      prints one JSON line for each figure
//
// Rights are counted and timed in the compiled core. That they are minimal is what the proof against the enforcing emulator says:
// every plan is carried out with all of its rights and without each one. It takes several minutes where the machine is busy.
// The same run writes target/least-privilege.md.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { iamPlan } from '../../pkg-js/core/dist/server.mjs';

const WARM_UP = 200;
const ROUNDS = 1000;

const annotations = {
  'google.com/vertex-ai-project': 'acme-ml',
  'google.com/vertex-ai-location': 'us-central1',
  'google.com/vertex-ai-endpoint': 'fraud-detector',
  'google.com/vertex-ai-model': 'fraud-detector@3',
  'google.com/vertex-ai-service-account':
    'fraud-serving@acme-ml.iam.gserviceaccount.com',
};

/** A request for the rights of a deployment, where this is there already. */
const asking = (found, more = {}) => ({
  source: {
    entity: {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        name: 'fraud-detector',
        annotations: { ...annotations, ...more },
      },
    },
  },
  principal: 'group:ml-team@acme.example',
  expiresAt: '2999-01-01T00:00:00Z',
  found,
});
/** Nobody looked what is there, and the model is uploaded first: the most that a first deployment asks for. */
const FIRST = asking(
  {},
  {
    'google.com/vertex-ai-model': 'fraud-detector',
    'google.com/vertex-ai-image':
      'us-central1-docker.pkg.dev/acme-ml/serving/fraud:3',
  },
);
const UPDATE = asking({ model: true, endpoint: true, deployment: false });

function report(key, value) {
  console.log(JSON.stringify({ key, value }));
}

function count(request) {
  const { request: rights, diagnostics } = iamPlan(request);
  assert(rights, JSON.stringify(diagnostics));
  const caller = rights.grants.filter(({ grantee }) => grantee === 'caller');
  const names = caller.flatMap(({ permissions }) =>
    permissions.map(({ permission }) => permission),
  );
  return new Set(names).size;
}

/** The median of many: the machine does other things, too. */
function microseconds(request) {
  const times = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const begun = process.hrtime.bigint();
    iamPlan(request);
    times.push(Number(process.hrtime.bigint() - begun) / 1000);
  }
  const counted = times.slice(WARM_UP).sort((a, b) => a - b);
  return Math.round(counted[ROUNDS / 2]);
}

/** The share of plans that the proof proved. */
function provedRatio() {
  const { status, stdout, stderr } = spawnSync(
    'cargo',
    [
      ...['test', '--quiet', '--package', 'emulator'],
      ...['--test', 'least_privilege', '--'],
      ...['every_plan_requests', '--nocapture'],
    ],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  const found = /^iam\.plans_proved_minimal_ratio (\S+)$/m.exec(stdout);
  assert(found, `the proof printed no figure (${status}):\n${stderr}`);
  return Number(found[1]);
}

/** Measures, and fails beyond what was promised. */
function hold(key, value, isKept) {
  report(key, value);
  assert(isKept, `${key} is ${value}`);
}

const first = count(FIRST);
hold('iam.first_deploy_permissions', first, first <= 12);
const update = count(UPDATE);
hold('iam.update_permissions', update, update <= 6);
const time = microseconds(FIRST);
hold('iam.plan_microseconds', time, time < 1000);
const ratio = provedRatio();
hold('iam.plans_proved_minimal_ratio', ratio, ratio === 1);
