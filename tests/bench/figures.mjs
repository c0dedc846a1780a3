// Figures of deployments, held to their limits, and what is counted for them at the emulator.
import { emulator } from '../chaos/clients.mjs';

/** Number of deployments at once. */
export const AT_ONCE = Number(process.env.DEPLOYMENTS ?? '1000');
/** Google's quota for one project, by its clock. */
export const QUOTA = { readsPerMinute: 600, submissionsPerMinute: 600 };

const LIMITS = {
  'deploy.google_calls_first': 4,
  'deploy.google_calls_update': 5,
  'deploy.google_calls_new_version': 7,
  'deploy.viewers50_reads_per_minute': 30,
  // Replicas share no reads: an endpoint and its operations for each of two, and again for every two seconds that the pages take to open.
  // With the run's own polls meanwhile, that is five in two seconds, and twelve in five.
  'deploy.viewers50_opening_reads': 12,
  'deploy.takeover_seconds': 15,
  'deploy.list_100k_p95_ms': 50,
  'deploy.event_lag_ms': 1000,
  [`deploy.concurrent_${AT_ONCE}_event_lag_ms`]: 1000,
  // What a replica holds alive, of deployments that run and of those that have ended, above what it held before.
  [`deploy.concurrent_${AT_ONCE}_live_mb`]: 50,
  // Every read that Google gets, polls or not, also those that it rejects.
  [`deploy.concurrent_${AT_ONCE}_reads_per_minute`]: QUOTA.readsPerMinute,
};

/** Figures above their limits, in words. */
export const above = [];

export function report(key, value) {
  console.log(JSON.stringify({ key, value }));
  if (value > (LIMITS[key] ?? Infinity)) {
    above.push(`${key} is ${value}, its limit ${LIMITS[key]}`);
  }
}

/** The number of the last call that Google has got. */
export async function lastCall() {
  const { calls } = await emulator('state');
  return calls.at(-1)?.sequence ?? 0;
}

/** Number of reads of Vertex AI after a call and up to another one, polls and rejected ones included; printed by method and status. */
export async function readsBetween(after, last = Infinity) {
  const { calls } = await emulator(`calls?after=${after}`);
  const reads = calls.filter(
    ({ sequence, name, changed }) =>
      sequence <= last && name.startsWith('aiplatform.') && !changed,
  );
  const counts = {};
  for (const { name, status } of reads) {
    const what = `${name.split('.').slice(-2).join('.')} ${status}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  console.error(`  reads: ${JSON.stringify(counts)}`);
  return reads.length;
}
