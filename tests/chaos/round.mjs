// One round: deployments side by side, each with its fault, its cancellation and its console user, while the portal is killed.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { endpointOf, names } from './catalog.mjs';
import { check, checkRecords } from './checker.mjs';
import {
  cancel,
  emulator,
  ended,
  eventsOf,
  OUTAGE,
  start,
} from './clients.mjs';
import { occupy, race } from './console.mjs';
import { FAULTS, RACE } from './faults.mjs';
import { random } from './random.mjs';
import { postgres } from './servers.mjs';
import { partRounds, settledRows } from './settling.mjs';
import { byTask } from './task.mjs';

/** A deployment that no task started. */
const UNBORN = { state: 'cancelled', undone: [], notUndone: [] };

/** One deployment from its start to its end, with its fault and its cancellation. */
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
    facts: { endpointName: endpointOf(name), others, existed },
    deployment,
    events,
  };
}

/** Races the portal some time after now; returns what failed. */
async function raced(name, others, choices) {
  try {
    await setTimeout(choices.between(0, 5000));
    others.push(await race(name, others[0]));
    return undefined;
  } catch (error) {
    return error;
  }
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

/** Google answers nothing, once in a round, where the length of outages is asked for. */
async function loseGoogle(choices, cloud) {
  if (!process.env.OUTAGE) return;
  await setTimeout(choices.between(0, 5000));
  console.log(`Google is away for ${OUTAGE} s`);
  cloud.signal('SIGSTOP');
  await setTimeout(1000 * OUTAGE);
  cloud.signal('SIGCONT');
}

/** What happens to the portal, at random moments. */
async function trouble(choices, portal) {
  const kinds = postgres
    ? ['kill', 'kill both', 'freeze', 'lose the database']
    : ['kill'];
  for (let count = choices.between(1, 3); count > 0; count--) {
    await setTimeout(choices.between(1500, 9000));
    const kind = choices.pick(kinds);
    console.log(`portal: ${kind}`);
    if (kind === 'freeze') {
      await portal.freeze(portal.any(choices), Math.max(OUTAGE, 15_000));
    } else if (kind === 'lose the database') {
      await portal.loseDatabase(OUTAGE);
    } else if (kind === 'kill both') {
      await Promise.all([portal.restart(0), portal.restart(1)]);
    } else {
      await portal.restart(portal.any(choices));
    }
  }
}

/** Google no longer takes the access tokens that the portal has, at a random moment. */
async function expire(choices) {
  await setTimeout(choices.between(1000, 12_000));
  console.log('access tokens expire');
  await emulator('tokens/expire', {});
}

export async function play(portal, cloud, seed, round) {
  const choices = random(`${seed}:${round}`);
  await emulator('reset', {});
  await partRounds();
  const kinds = random(seed).shuffled(Object.keys(FAULTS));
  const [results] = await Promise.all([
    Promise.all(
      names.map((name, at) => {
        // Each round goes on with the next kinds.
        const kind = kinds[((round - 1) * names.length + at) % kinds.length];
        const own = random(`${seed}:${round}:${name}`);
        const key = `${seed}-${round}-${name}`;
        return deploy(own, name, kind, key, at < 2).catch(error => ({
          broken: `${name}, ${kind}: ${error.stack}`,
        }));
      }),
    ),
    trouble(choices, portal),
    loseGoogle(random(`${seed}:${round}:google`), cloud),
    expire(random(`${seed}:${round}:tokens`)),
  ]);
  for (const { what } of results) if (what) console.log(JSON.stringify(what));
  const { calls } = await emulator('state');
  const begun = new Date(calls[0]?.time ?? 0).toISOString();
  const rows = await settledRows(portal, begun);
  const state = await emulator('state');
  const records = checkRecords(rows, state);
  console.log(`records that stay unknown: ${records.unknowable.join(', ')}`);
  const violations = results.flatMap(({ broken, facts, deployment, events }) =>
    broken ? [broken] : check(facts, deployment, events, state),
  );
  const all = [...violations, ...records.violations];
  // The test reports its failures at the end of all rounds.
  for (const violation of all) console.log(`violation: ${violation}`);
  assert.deepEqual(all, []);
}
