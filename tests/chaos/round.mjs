// One round: deployments, or changes of what serves, side by side, each with its fault, while the portal is killed.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { changes } from './changing.mjs';
import { check } from './checker.mjs';
import { emulator, OUTAGE } from './clients.mjs';
import { deployments, repeated } from './deploying.mjs';
import { data, restartPostgres } from './postgres.mjs';
import { dealt, random } from './random.mjs';
import { canSettle, checkRecords } from './records.mjs';
import { postgres } from './servers.mjs';
import { partRounds, settledRows } from './settling.mjs';

/** Every so many rounds, changes are played in place of deployments. */
const CYCLE = 3;
/** Seconds of Google in a second. What changes in place is over at once, so it is slower. */
const SPEED = { deployments: 100, preparation: 500, changes: 50 };

/** Google answers nothing, once in a round, where the length of outages is asked for. */
async function loseGoogle(choices, cloud) {
  if (!process.env.OUTAGE) return;
  await setTimeout(choices.between(0, 5000));
  console.log(`Google is away for ${OUTAGE / 1000} s`);
  cloud.signal('SIGSTOP');
  await setTimeout(OUTAGE);
  cloud.signal('SIGCONT');
}

const RESTART = 'kill and start the database';
const TROUBLES = postgres
  ? ['kill', 'kill both', 'freeze', 'lose the database']
  : ['kill'];
if (data) TROUBLES.push(RESTART);
/** Returns how many befall the portal in the first rounds: in three, each kind does. Changes have kills of their own. */
const troublesUntil = round => 2 * round - Math.floor(round / CYCLE);

/** What happens to the portal in a round, at random moments. */
async function trouble(choices, portal, kinds) {
  for (const kind of kinds) {
    await setTimeout(choices.between(1500, 9000));
    console.log(`portal: ${kind}`);
    if (kind === 'freeze') {
      await portal.freeze(portal.any(choices), Math.max(OUTAGE, 15_000));
    } else if (kind === 'lose the database') {
      await portal.loseDatabase(OUTAGE);
    } else if (kind === RESTART) {
      await restartPostgres();
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

/** Returns functions that each play a part of the round. */
async function parts(portal, seed, round) {
  if (round % CYCLE === 0) {
    await emulator('clock', { speed: SPEED.preparation });
    const prepared = await changes(portal, seed, round, round / CYCLE);
    await emulator('clock', { speed: SPEED.changes });
    return prepared;
  }
  await emulator('clock', { speed: SPEED.deployments });
  return deployments(seed, round, round - Math.floor(round / CYCLE));
}

/**
 * Plays a round, and checks it.
 *
 * @returns the faults of deployments that met no call, while each is to strike once
 */
export async function play(portal, cloud, seed, round) {
  const choices = random(`${seed}:${round}`);
  const past = troublesUntil(round - 1);
  const count = troublesUntil(round) - past;
  const troubles = dealt(`${seed}:troubles`, TROUBLES, past, count);
  await emulator('reset', {});
  await partRounds();
  const played = await parts(portal, seed, round);
  const [results] = await Promise.all([
    Promise.all(played.map(part => part())),
    trouble(choices, portal, troubles),
    loseGoogle(random(`${seed}:${round}:google`), cloud),
    expire(random(`${seed}:${round}:tokens`)),
  ]);
  await judge(portal, results);
  return results.flatMap(({ missed = [] }) => missed);
}

/** Plays deployments whose faults met no call, without other troubles. Each fault strikes now. */
export async function playAgain(portal, seed, faults) {
  await emulator('reset', {});
  await partRounds();
  await emulator('clock', { speed: SPEED.deployments });
  const played = repeated(seed, faults);
  const results = await Promise.all(played.map(part => part()));
  await judge(portal, results);
  assert.deepEqual(
    results.flatMap(({ missed }) => missed),
    [],
  );
}

/** Compares what the parts of a round report with what the emulator has seen. */
async function judge(portal, results) {
  for (const { what } of results) if (what) console.log(JSON.stringify(what));
  const ended = await emulator('state');
  const begun = new Date(ended.calls[0]?.time ?? 0).toISOString();
  const rows = await settledRows(portal, begun, present =>
    canSettle(present, ended),
  );
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
