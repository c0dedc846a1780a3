// One deployment of a round, from its start to its end, with its fault, its cancellation and its console user.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { endpointOf, names } from './catalog.mjs';
import { cancel, emulator, ended, eventsOf, start } from './clients.mjs';
import { occupy, raced } from './console.mjs';
import { FAULTS, RACE } from './faults.mjs';
import { random } from './random.mjs';
import { byTask } from './task.mjs';

/** A deployment that no task started. */
export const UNBORN = { state: 'cancelled', undone: [], notUndone: [] };

async function deploy(choices, name, fault, key, inTask) {
  const existed = fault === RACE || choices.chance(0.5);
  const others = existed ? [await occupy(name)] : [];
  for (const injected of FAULTS[fault](name, choices)) {
    await emulator('faults', injected);
  }
  const cancelAfter = choices.chance(0.35) ? choices.between(0, 9000) : null;
  await setTimeout(choices.between(0, 2000));
  const racing = fault === RACE && raced(name, others, choices);
  const id = inTask
    ? await byTask(name, cancelAfter)
    : await byCall(name, key, cancelAfter);
  const failure = await racing;
  if (failure) throw failure;
  const deployment = id ? await ended(id) : UNBORN;
  const events = id ? await eventsOf(id) : [{ id: 1, data: UNBORN }];
  const what = { name, fault, cancelAfter, inTask, existed };
  return {
    what: { ...what, state: deployment.state },
    facts: { endpointName: endpointOf(name), others, existed, since: 0 },
    deployment,
    events,
  };
}

async function byCall(name, key, cancelAfter) {
  const { id } = await start(name, key);
  // The same request again is the same deployment.
  assert.equal((await start(name, key)).id, id);
  if (cancelAfter !== null) {
    await setTimeout(cancelAfter);
    await cancel(id);
  }
  return id;
}

/** The deployments of a round, each with its kind of fault: the `number`-th round of deployments goes on with the next kinds. */
export function deployments(seed, round, number) {
  const kinds = random(seed).shuffled(Object.keys(FAULTS));
  return names.map((name, at) => async () => {
    const kind = kinds[((number - 1) * names.length + at) % kinds.length];
    const own = random(`${seed}:${round}:${name}`);
    const key = `${seed}-${round}-${name}`;
    return deploy(own, name, kind, key, at < 2).catch(error => ({
      broken: `${name}, ${kind}: ${error.stack}`,
    }));
  });
}
