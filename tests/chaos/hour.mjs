// A deployment of an hour that outlives its user's session: handed over between processes, cancelled long after the token's expiry.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { endpointOf, names } from './catalog.mjs';
import { emulator, ended, eventsOf } from './clients.mjs';
import { startTask } from './task.mjs';

/** Shortest lifetime that Backstage allows a token, in minutes of the machine. */
export const TOKEN_MINUTES = 10;
/** At this speed, the token expires in the fortieth minute of Google. */
const SPEED = 4;
const HAND_OVER = 20;
const CANCEL = 50;
const END = 60;

/** Waits until a minute of Google's clock, from a time on. */
async function until(minute, begun) {
  const { seconds } = await emulator('clock');
  const rest = begun + minute * 60 - seconds;
  if (rest > 0) await setTimeout((rest / SPEED) * 1000);
}

export async function anHour(portal) {
  await emulator('reset', {});
  await emulator('clock', { speed: SPEED });
  await emulator('settings', { deploymentSeconds: 2 * 3600 });
  const { seconds: begun } = await emulator('clock');
  const name = names[0];
  const task = await startTask(name);
  await until(HAND_OVER, begun);
  await portal.restart(0);
  await until(HAND_OVER + 5, begun);
  await portal.restart(portal.last);
  await until(CANCEL, begun);
  const session = Date.now() - task.startedAt;
  assert.ok(session > TOKEN_MINUTES * 60_000, 'the token has not expired');
  const items = await task.deployments();
  assert.deepEqual(
    items.map(({ state }) => state),
    ['running'],
  );
  await task.cancel();
  const deployment = await ended(items[0].id, 300_000);
  assert.equal(deployment.state, 'cancelled');
  assert.deepEqual(deployment.notUndone, []);
  assert.equal((await eventsOf(deployment.id)).at(-1).data.state, 'cancelled');
  // Also at the end of the hour, nothing is there.
  await until(END, begun);
  const { endpoints, operations, calls } = await emulator('state');
  assert.ok(!endpoints.some(other => other.name === endpointOf(name)));
  assert.ok(operations.every(({ done }) => done));
  const deployed = calls.filter(
    call => call.changed && call.name.endsWith('endpoints.deployModel'),
  );
  assert.equal(deployed.length, 1);
}
