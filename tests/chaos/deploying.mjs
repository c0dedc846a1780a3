// One deployment of a round, from its start to its end, with its fault, its cancellation and its console user.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { endpointOf, names } from './catalog.mjs';
import { cancel, emulator, ended, eventsOf, start } from './clients.mjs';
import { occupy, raced } from './console.mjs';
import { FAULTS, IGNORED, OF_NEW_ENDPOINTS, RACE } from './faults.mjs';
import { dealt, random } from './random.mjs';
import { haveStruck, untilDeploying, untilStruck } from './striking.mjs';
import { byTask } from './task.mjs';

/** A deployment that no task started. */
export const UNBORN = { state: 'cancelled', undone: [], notUndone: [] };

/**
 * When a deployment is cancelled, if it is. Google ignores only what arrives while it deploys. `isSure`: not before the fault has struck.
 */
function cancellation(choices, { name, fault, injected, isSure }) {
  const isIgnored = fault === IGNORED;
  const isWanted = choices.chance(0.35) || isIgnored;
  if (!isWanted) return null;
  const after = choices.between(0, isIgnored ? 2000 : 9000);
  const comes = async () => {
    if (isIgnored) await untilDeploying(name);
    else if (isSure) await untilStruck(injected);
    await setTimeout(after);
  };
  return { after, comes };
}

async function deploy({ choices, name, fault, key, inTask, isSure }) {
  const isNew = OF_NEW_ENDPOINTS.includes(fault);
  const existed = fault === RACE || (choices.chance(0.5) && !isNew);
  const others = existed ? [await occupy(name)] : [];
  const injected = FAULTS[fault](name, choices);
  for (const each of injected) await emulator('faults', each);
  const told = { name, fault, injected, isSure };
  const cancelled = cancellation(choices, told);
  await setTimeout(choices.between(0, 2000));
  const racing = fault === RACE && raced(name, others, choices);
  const id = inTask
    ? await byTask(name, cancelled?.comes)
    : await byCall(name, key, cancelled?.comes);
  const failure = await racing;
  if (failure) throw failure;
  const deployment = id ? await ended(id) : UNBORN;
  const events = id ? await eventsOf(id) : [{ id: 1, data: UNBORN }];
  const cancelAfter = cancelled?.after ?? null;
  const hasStruck = await haveStruck(injected);
  const what = { name, fault, hasStruck, cancelAfter, inTask, existed };
  return {
    what: { ...what, state: deployment.state },
    missed: isSure && !hasStruck ? [fault] : [],
    facts: { endpointName: endpointOf(name), others, existed, since: 0 },
    deployment,
    events,
  };
}

async function byCall(name, key, cancelled) {
  const { id } = await start(name, key);
  // The same request again is the same deployment.
  assert.equal((await start(name, key)).id, id);
  if (cancelled) {
    await cancelled();
    await cancel(id);
  }
  return id;
}

/** A deployment of a round, as a function that plays it. */
const deployment = (seed, round, fault, name, more) => () =>
  deploy({
    choices: random(`${seed}:${round}:${name}`),
    key: `${seed}-${round}-${name}`,
    name,
    fault,
    ...more,
  }).catch(error => ({ broken: `${name}, ${fault}: ${error.stack}` }));

const ALL = Object.keys(FAULTS);

/** The deployments of a round, each with its kind of fault: the `number`-th round of deployments goes on with the next kinds. */
export function deployments(seed, round, number) {
  const past = (number - 1) * names.length;
  // Until each fault has struck once, no cancellation comes before its fault.
  const isSure = past < ALL.length;
  return dealt(`${seed}:faults`, ALL, past, names.length).map((fault, at) =>
    deployment(seed, round, fault, names[at], { inTask: at < 2, isSure }),
  );
}

/** Deployments with faults that met no call. */
export const repeated = (seed, faults) =>
  faults.map((fault, at) =>
    deployment(seed, 'again', fault, names[at], { isSure: true }),
  );
