// A database restored from a copy, while Google has gone on: the portal looks before it acts.
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { endpointOf, restorable } from './catalog.mjs';
import { cancel, emulator, ended, start } from './clients.mjs';
import { occupy } from './console.mjs';
import { artifacts, database } from './servers.mjs';

const [EARLY, SERVED, GONE, REDONE] = restorable;
const copy = join(artifacts, 'copy');

const changesOf = (state, name) =>
  state.calls.filter(
    ({ changed, path, resource }) =>
      changed &&
      (resource.startsWith(endpointOf(name)) ||
        path.includes(`endpointId=${name}`)),
  );
const endpoint = (state, name) =>
  state.endpoints.find(other => other.name === endpointOf(name));

/** Waits until the emulator's state is as it should be. */
async function until(holds) {
  for (let tried = 0; ; tried++) {
    const state = await emulator('state');
    if (holds(state)) return state;
    assert.ok(tried < 600, 'the emulator does not get there');
    await setTimeout(200);
  }
}

const isDeploying = name => state =>
  state.calls.some(
    ({ resource, name: method, changed }) =>
      changed &&
      resource === endpointOf(name) &&
      method.endsWith('endpoints.deployModel'),
  );

/** @param portal is stopped and started again */
export async function restore(portal) {
  await emulator('reset', {});
  const other = await occupy(REDONE);
  // Google stands nearly still, so that each deployment is where the test wants it.
  await emulator('clock', { speed: 1 });
  const ids = {};
  for (const name of [SERVED, GONE, REDONE]) {
    ({ id: ids[name] } = await start(name, `restored-${name}`));
  }
  // An endpoint takes its time, too.
  await emulator('clock', { speed: 20 });
  await Promise.all(
    [SERVED, GONE, REDONE].map(name => until(isDeploying(name))),
  );
  await emulator('clock', { speed: 1 });
  ({ id: ids[EARLY] } = await start(EARLY, `restored-${EARLY}`));
  await until(state => changesOf(state, EARLY).length > 0);
  await portal.paused(() => {
    rmSync(copy, { recursive: true, force: true });
    cpSync(database, copy, { recursive: true });
  });

  // What happens after the copy.
  await emulator('clock', { speed: 100 });
  await cancel(ids[GONE]);
  await cancel(ids[REDONE]);
  const ends = await Promise.all(Object.values(ids).map(id => ended(id)));
  assert.deepEqual(
    ends.map(({ state }) => state),
    ['succeeded', 'cancelled', 'cancelled', 'succeeded'],
  );
  const again = await start(REDONE, `restored-${REDONE}-again`);
  const served = await ended(again.id);
  assert.equal(served.state, 'succeeded');
  const before = await emulator('state');

  await portal.stop();
  rmSync(database, { recursive: true });
  cpSync(copy, database, { recursive: true });
  await portal.start();
  const restored = {};
  for (const [name, id] of Object.entries(ids))
    restored[name] = await ended(id);
  const after = await emulator('state');

  for (const name of [EARLY, SERVED]) {
    const { state, deployedModelId, traffic } = restored[name];
    assert.equal(state, 'succeeded', name);
    const [model, ...more] = endpoint(after, name).deployedModels;
    assert.deepEqual([model.id, more], [deployedModelId, []]);
    assert.equal(endpoint(after, name).trafficSplit[model.id], traffic);
    // Nothing is made twice, and nothing is made anew.
    assert.deepEqual(changesOf(after, name), changesOf(before, name));
  }
  // What was removed since is not made again, and the history does not say that it serves.
  assert.equal(restored[GONE].state, 'failed');
  assert.equal(endpoint(after, GONE), undefined);
  assert.deepEqual(restored[GONE].notUndone, []);
  // A later deployment that the copy does not know serves on.
  assert.equal(restored[REDONE].state, 'failed');
  assert.deepEqual(endpoint(after, REDONE), endpoint(before, REDONE));
  assert.ok(
    endpoint(after, REDONE).deployedModels.some(({ id }) => id === other),
  );
  assert.deepEqual(restored[REDONE].undone, []);
}
