// Very many deployments at once: time, reads of Google, memory, events.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { endpointOf } from '../chaos/catalog.mjs';
import { emulator, persistent, start } from '../chaos/clients.mjs';
import { withTables } from '../chaos/tables.mjs';
import { AT_ONCE, lastCall, QUOTA, readsBetween, report } from './figures.mjs';
import { watchEverywhere } from './followed.mjs';
import { memoryOf } from './memory.mjs';

/** Those of them whose events are followed at each replica. */
const WATCHED = 20;
/** Maximum time between two polls of a deployment, in milliseconds. */
const LONGEST_POLL = 120_000;
/** How long reads are counted, in milliseconds. */
const COUNTED = 60_000;
/** Longer than the start of all of them, in seconds of Google's clock. */
const LONG_DEPLOYMENT = 10 * 60 * 60;
/** Speed of Google's clock while they start. */
const START_SPEED = 20;
/** Speed of Google's clock once all of them run: what is left of a deployment takes seconds. */
const END_SPEED = 10_000;

/**
 * Very many deployments at once. None ends before all of them run: Google's clock runs much faster then. So they end one by one, as
 * their polls, which share the quota, notice it. The quota's minutes are of Google's clock.
 */
export async function together(portal) {
  await emulator('reset', {});
  await emulator('settings', {
    ...QUOTA,
    deploymentSeconds: LONG_DEPLOYMENT,
  });
  await emulator('clock', { speed: START_SPEED });
  const every = Array.from({ length: AT_ONCE }, (_, at) => `bench-${at}`);
  await until(() => areInCatalog(every), 600_000);
  const memory = [await memoryOf(portal)];
  const begun = await lastCall();
  const starting = seconds();
  const ids = [];
  const rest = [...every];
  const starters = Array.from({ length: 8 }, async () => {
    for (let name = rest.pop(); name; name = rest.pop()) {
      ids.push((await start(name, `together-${name}`)).id);
    }
  });
  await Promise.all(starters);
  await until(async () => (await deploying()) === AT_ONCE, 600_000);
  const started = starting();
  console.error(`  started in ${started.toFixed(0)} s`);
  await readsBetween(begun);

  // As fast as Google's own clock, the quota is Google's own, too. A run chooses its interval when it polls, so the last ones of few
  // deployments end after the longest one.
  await emulator('clock', { speed: 1 });
  await setTimeout(LONGEST_POLL);
  const before = await lastCall();
  await setTimeout(COUNTED);
  const reads = (await readsBetween(before)) * (60_000 / COUNTED);
  report(`deploy.concurrent_${AT_ONCE}_reads_per_minute`, reads);
  memory.push(await memoryOf(portal));

  const watched = watchEverywhere(portal, ids.slice(0, WATCHED));
  await emulator('clock', { speed: END_SPEED });
  const ending = seconds();
  await until(async () => (await unfinished()) === 0, 1_200_000);
  report(
    `deploy.concurrent_${AT_ONCE}_seconds`,
    Number((started + ending()).toFixed(0)),
  );
  report(`deploy.concurrent_${AT_ONCE}_event_lag_ms`, await watched);
  memory.push(await memoryOf(portal));
  console.error(`  memory of replicas in MB: ${JSON.stringify(memory)}`);
  const [first, ...later] = memory;
  const growth = later.flatMap(all =>
    all.map(({ live }, at) => live - first[at].live),
  );
  report(`deploy.concurrent_${AT_ONCE}_live_mb`, Math.max(...growth));

  const states = await withTables('vertex-ai', client =>
    client('vertex_ai_deployments').whereIn('id', ids).pluck('state'),
  );
  const bad = states.filter(state => state !== 'succeeded');
  assert.deepEqual(bad, [], 'not every deployment has succeeded');
  const { endpoints } = await emulator('state');
  const served = new Set(endpoints.map(({ name }) => name));
  assert.ok(every.every(name => served.has(endpointOf(name))));
}

/** Returns how to read the seconds since now. */
function seconds() {
  const begun = performance.now();
  return () => (performance.now() - begun) / 1000;
}

async function until(holds, patience) {
  const deadline = performance.now() + patience;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, 'it takes too long');
    await setTimeout(1000);
  }
}

const unfinished = () =>
  withTables('vertex-ai', async client => {
    const [{ left }] = await client('vertex_ai_deployments')
      .where({ ended: false })
      .count({ left: '*' });
    return Number(left);
  });

/** Whether the catalog has components of these names. */
async function areInCatalog(wanted) {
  const query = `filter=kind=component&fields=metadata.name&limit=${2 * AT_ONCE}`;
  const { items } = await persistent(`catalog/entities/by-query?${query}`);
  const found = new Set(items.map(({ metadata }) => metadata.name));
  return wanted.every(name => found.has(name));
}

/** Number of deployments at Google that have not ended. */
async function deploying() {
  const { operations } = await emulator('state');
  const isDeployment = ({ metadata }) =>
    metadata['@type'].endsWith('.DeployModelOperationMetadata');
  return operations.filter(one => !one.done && isDeployment(one)).length;
}
