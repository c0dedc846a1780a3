// Costs of deployments: calls of Google, take-over by a replica, rows, lists. Two replicas on PostgreSQL where `POSTGRES_URL` names a
// server, else one process on SQLite, which has no take-over.
//
//   node tests/bench/deployments.mjs     prints one JSON line for each figure; fails where a figure is above its limit
//
// `DEPLOYMENTS` is the number of deployments at once, 1,000 by default. `PARTS` names the parts to measure, e.g. `calls,lists`; all by default.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { PLACE, endpointOf, names, writeCatalog } from '../chaos/catalog.mjs';
import {
  emulator,
  ended,
  finished,
  google,
  isReady,
  persistent,
  start,
  token,
} from '../chaos/clients.mjs';
import { allowUploads, occupy } from '../chaos/console.mjs';
import {
  artifacts,
  Portal,
  portalUrl,
  postgres,
  startEmulator,
} from '../chaos/servers.mjs';
import { withTables } from '../chaos/tables.mjs';
import { above, AT_ONCE, lastCall, readsBetween, report } from './figures.mjs';
import { watchEverywhere } from './followed.mjs';
import { watchMemory } from './memory.mjs';
import { together } from './together.mjs';

const LISTED = 100_000;
const LIST_REQUESTS = 200;
/** How long rows are counted, in milliseconds. */
const COUNTED = 60_000;
const VIEWERS = 50;

/** Deployments' calls of Vertex AI since a call, without polls of operations. Reads before a mandate are not among them. */
async function callsSince(sequence) {
  const { calls } = await emulator(`calls?after=${sequence}`);
  return calls.filter(
    ({ name, reason }) =>
      reason?.includes(' mandate=') &&
      name.startsWith('aiplatform.') &&
      !/\.operations\.(get|wait)$/.test(name),
  );
}

/** Deploys an entity and reports the number of its calls. */
async function countCalls(key, name) {
  const before = await lastCall();
  const { id } = await start(name, key);
  const { state, diagnostics } = await ended(id);
  assert.equal(state, 'succeeded', JSON.stringify(diagnostics));
  const made = await callsSince(before);
  console.error(`  ${key}: ${made.map(call => call.name.split('.').at(-1))}`);
  report(key, made.length);
}

/** A model of somebody else, with one version. */
async function uploadOther(id) {
  const image = 'us-central1-docker.pkg.dev/acme-ml/serving/fraud:1';
  const body = {
    modelId: id,
    model: { displayName: id, containerSpec: { imageUri: image } },
  };
  await finished(
    await google(`${PLACE}/models:upload`, { method: 'POST', body }),
  );
}

async function googleCalls() {
  await emulator('reset', {});
  await allowUploads();
  await countCalls('deploy.google_calls_first', names[0]);
  await occupy(names[1]);
  await countCalls('deploy.google_calls_update', names[1]);
  await uploadOther('bench-uploads');
  await occupy('bench-uploads');
  await countCalls('deploy.google_calls_new_version', 'bench-uploads');
}

/** The time from the end of a runner's process until another one has its deployment. */
async function takeover(portal) {
  await emulator('clock', { speed: 1 });
  const { id } = await start(names[2], 'takeover');
  const read = () =>
    withTables('vertex-ai', client =>
      client('vertex_ai_deployments').where({ id }).first(),
    );
  const { lease } = await read();
  const killed = performance.now();
  // Which replica runs it is not known: without the first one, the second one does, or goes on with its own.
  const restarted = portal.restart(0);
  let row = await read();
  while (row.lease === lease && performance.now() - killed < 30_000) {
    await setTimeout(50);
    row = await read();
  }
  const seconds = (performance.now() - killed) / 1000;
  await restarted;
  if (row.lease === lease) return takeoverOfOther(portal, read);
  return finish(id, seconds);
}

async function takeoverOfOther(portal, read) {
  const { id, lease } = await read();
  const killed = performance.now();
  const restarted = portal.restart(1);
  let row = await read();
  while (row.lease === lease) {
    assert.ok(performance.now() - killed < 60_000, 'nobody took over');
    await setTimeout(50);
    row = await read();
  }
  const seconds = (performance.now() - killed) / 1000;
  await restarted;
  return finish(id, seconds);
}

async function finish(id, seconds) {
  report('deploy.takeover_seconds', Number(seconds.toFixed(1)));
  await emulator('clock', { speed: 100 });
  assert.equal((await ended(id)).state, 'succeeded');
}

/** A viewer's page: one report of the endpoint, then the deployment's events. Returns how to close it. */
async function view(id, name) {
  const headers = { authorization: `Bearer ${await token()}` };
  const proxied = `${portalUrl}/api/proxy/vertex-ai/aiplatform/v1`;
  for (const path of ['', '/operations?pageSize=20']) {
    const url = `${proxied}/${endpointOf(name)}${path}`;
    await (await fetch(url, { headers })).arrayBuffer();
  }
  const leave = new AbortController();
  const stream = await fetch(
    `${portalUrl}/api/vertex-ai/deployments/${id}/events`,
    { headers, signal: leave.signal },
  );
  assert.equal(stream.status, 200);
  let seen = 0;
  const reading = (async () => {
    for await (const chunk of stream.body) seen += chunk.length;
  })().catch(() => {});
  return async () => {
    leave.abort();
    await reading;
    assert.ok(seen > 0, 'a viewer has seen nothing');
  };
}

/** What a deployment costs while it waits for Google: rows in an hour, and reads of Google in a minute with many viewers. */
async function waiting() {
  await emulator('clock', { speed: 1 });
  const { id } = await start(names[3], 'growth');
  const bytes = () =>
    withTables('vertex-ai', async client => {
      const entries = await client('vertex_ai_ledger')
        .where({ run: id })
        .pluck('entry');
      const events = await client('vertex_ai_events')
        .where({ deployment: id })
        .pluck('data');
      return [...entries, ...events].join('').length;
    });
  // The beginning has stages and reads of its own.
  await setTimeout(15_000);
  const opening = await lastCall();
  const begun = performance.now();
  const viewers = Array.from({ length: VIEWERS }, () => view(id, names[3]));
  const pages = await Promise.all(viewers);
  const opened = await lastCall();
  const took = ((performance.now() - begun) / 1000).toFixed(1);
  console.error(`  ${VIEWERS} pages opened in ${took} s`);
  const atOpening = await readsBetween(opening, opened);
  const before = await bytes();
  await setTimeout(COUNTED);
  const grown = (await bytes()) - before;
  const reads = (await readsBetween(opened)) * (60_000 / COUNTED);
  await Promise.all(pages.map(close => close()));
  report('deploy.viewers50_reads_per_minute', reads);
  report('deploy.viewers50_opening_reads', atOpening);
  report('deploy.ledger_bytes_per_hour', grown * (3_600_000 / COUNTED));
  await emulator('clock', { speed: 100 });
  assert.equal((await ended(id)).state, 'succeeded');
}

function percentile(times, share) {
  const sorted = times.map(({ took }) => took).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)];
}

/** Lists where the table has very many rows. */
async function lists() {
  await withTables('vertex-ai', async client => {
    const [template] = await client('vertex_ai_deployments').limit(1);
    const begun = Date.parse('2026-01-01T00:00:00Z');
    for (let from = 0; from < LISTED; from += 500) {
      const rows = Array.from({ length: 500 }, (_, at) => {
        const number = from + at;
        const time = new Date(begun + number * 60_000).toISOString();
        return {
          ...template,
          id: `bench-${number}`,
          idempotency_key: `bench-${number}`,
          entity_ref: `component:default/${names[number % names.length]}`,
          user_ref: `user:default/user-${number % 100}`,
          state: number % 10 ? 'succeeded' : 'failed',
          ended: true,
          mandate_open: false,
          // Nothing of them is left to do.
          settle_at: null,
          held: null,
          created_at: time,
          started_at: time,
          ended_at: time,
        };
      });
      await client.batchInsert('vertex_ai_deployments', rows, 500);
    }
    if (postgres) await client.raw('analyze vertex_ai_deployments');
  });
  const entity = `component:default/${names[0]}`;
  const queries = [
    'limit=50',
    `limit=50&entityRef=${entity}`,
    'limit=50&state=failed',
    `limit=50&entityRef=${entity}&state=failed`,
    'limit=50&until=2026-01-20T00:00:00Z',
  ];
  const authorization = `Bearer ${await token()}`;
  const times = [];
  for (let number = 0; number < LIST_REQUESTS; number++) {
    const query = queries[number % queries.length];
    const begun = performance.now();
    const response = await fetch(
      `${portalUrl}/api/vertex-ai/deployments?${query}`,
      { headers: { authorization } },
    );
    const { items } = await response.json();
    const took = performance.now() - begun;
    times.push({ query, took });
    assert.ok(items.length > 0, query);
  }
  for (const query of queries) {
    const some = times.filter(one => one.query === query);
    const median = percentile(some, 0.5).toFixed(1);
    console.error(`  ${query}: ${median} ms (p50)`);
  }
  const p95 = percentile(times, 0.95);
  report('deploy.list_100k_p95_ms', Number(p95.toFixed(1)));
}

/** The time until an event of a deployment reaches a client, whichever replica it is at. */
async function events(portal) {
  await emulator('reset', {});
  const started = names.map((name, at) => start(name, `events-${at}`));
  const ids = (await Promise.all(started)).map(({ id }) => id);
  report('deploy.event_lag_ms', await watchEverywhere(portal, ids));
}

/** In the order in which they run. */
const PARTS = {
  calls: googleCalls,
  takeover: postgres
    ? takeover
    : () => console.error('  not measured without PostgreSQL: takeover'),
  waiting,
  lists,
  events,
  ...(AT_ONCE > 0 && { together }),
};
const chosen = process.env.PARTS?.split(',');

rmSync(artifacts, { recursive: true, force: true });
mkdirSync(artifacts, { recursive: true });
watchMemory();
const uploads = {
  name: 'bench-uploads',
  model: 'bench-uploads',
  image: 'us-central1-docker.pkg.dev/acme-ml/serving/fraud:2',
};
const many = Array.from({ length: AT_ONCE }, (_, at) => ({
  name: `bench-${at}`,
}));
// One user starts and watches all of them.
const bounds = { runningPerUser: 10_000, streamsPerUser: 1_000 };
const portal = new Portal(
  writeCatalog([uploads, ...many], { vertexAi: { deployments: bounds } }),
  isReady,
);
const cloud = await startEmulator();
try {
  await portal.start({ together: false });
  await persistent('catalog/entities/by-name/component/default/bench-uploads');
  for (const [name, part] of Object.entries(PARTS)) {
    if (chosen?.includes(name) ?? true) await part(portal);
  }
} finally {
  await portal.stop();
  await cloud.kill();
}
if (above.length > 0) {
  console.error(above.join('\n'));
  process.exitCode = 1;
}
