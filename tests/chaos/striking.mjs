// Faults that have struck: a cancellation can wait for its fault, and a run reports those that met no call.
import { setTimeout } from 'node:timers/promises';
import { endpointOf } from './catalog.mjs';
import { emulator, OUTAGES } from './clients.mjs';
import { DEPLOY } from './outcomes.mjs';

const PAUSE = 250;

/** A fault as the emulator lists it while it has met no call. */
const untouched = ({ method = null, pathContains, times, fault }) =>
  JSON.stringify([method, pathContains, times, fault.kind]);

/** Whether an operation of a fault's resource has failed. */
const hasFailed = ({ pathContains }, { operations }) =>
  operations.some(
    ({ name, error }) =>
      error?.code === 9 &&
      name.includes(`/${pathContains.split('/').at(-1)}/operations/`),
  );

/** Whether the faults of one deployment have struck: of a failure and two ways to lose its undo, one way is enough. */
export async function haveStruck(injected) {
  const { faults } = await emulator('faults');
  const pending = faults.map(untouched);
  const met = injected.filter(each => !pending.includes(untouched(each)));
  if (met.length < Math.min(2, injected.length)) return false;
  const failures = injected.filter(({ fault }) => /^fail/.test(fault.kind));
  if (failures.length === 0) return true;
  const google = await emulator('state');
  return failures.every(each => hasFailed(each, google));
}

/** Waits until something is so; no longer than a deployment can take. */
async function until(holds) {
  const deadline = Date.now() + 60_000 + OUTAGES;
  while (!(await holds()) && Date.now() < deadline) await setTimeout(PAUSE);
}

export const untilStruck = injected => until(() => haveStruck(injected));

/** Waits until Google deploys to an endpoint. */
export const untilDeploying = name =>
  until(async () =>
    (await emulator('state')).calls.some(
      call =>
        call.changed &&
        call.name === DEPLOY &&
        call.resource === endpointOf(name),
    ),
  );
