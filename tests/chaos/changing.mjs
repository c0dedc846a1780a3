// One change of what serves: what comes before it, the change with its fault, its kill and its cancellation, and what is there afterwards.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { endpointOf, PLACE, writeEntity } from './catalog.mjs';
import {
  cancel,
  emulator,
  ended,
  eventsOf,
  persistent,
  start,
} from './clients.mjs';
import { allowUploads, occupy, raced } from './console.mjs';
import { UNBORN } from './deploying.mjs';
import { CHANGE_FAULTS, changeFaults, OF_OPERATIONS } from './faults.mjs';
import { KINDS, PREFIX } from './kinds.mjs';
import { dealt, random } from './random.mjs';
import { haveStruck, untilStruck } from './striking.mjs';
import { byTask } from './task.mjs';

/** How long a change may last, in milliseconds: an upload whose answer is missing is looked for during minutes. */
const PATIENCE = 600_000;

/** The annotations of an entity, as the catalog has them. */
async function annotationsOf(name) {
  const path = `catalog/entities/by-name/component/default/${name}`;
  const { annotations } = (await persistent(path)).metadata;
  const own = Object.entries(annotations).filter(([key]) =>
    key.startsWith(PREFIX),
  );
  return Object.fromEntries(
    own.map(([key, value]) => [key.slice(PREFIX.length), value]),
  );
}

/** Changes the annotations of an entity, and waits until the catalog has them. */
async function annotate(name, annotations) {
  writeEntity(name, annotations);
  const entityRef = `component:default/${name}`;
  await persistent('catalog/refresh', { method: 'POST', body: { entityRef } });
  const deadline = Date.now() + 60_000;
  while ((await annotationsOf(name)).image !== annotations.image) {
    assert.ok(Date.now() < deadline, `the catalog does not refresh ${name}`);
    await setTimeout(200);
  }
}

/** Does what comes before a change, and returns the change as it can be played. */
async function prepare(choices, name, key) {
  const kind = KINDS[name];
  const endpoint = kind.endpoint ?? name;
  const others = kind.isContested ? [await occupy(endpoint)] : [];
  let count = 0;
  const run = async body => {
    count += 1;
    const { id } = await start(name, `${key}-before-${count}`, body);
    const deployment = await ended(id);
    assert.equal(deployment.state, 'succeeded', JSON.stringify(deployment));
    return deployment;
  };
  const known = await kind.prepare({
    run,
    annotations: () => annotationsOf(name),
    annotate: annotations => annotate(name, annotations),
  });
  const model = known.model ?? 'fraud-detector';
  const facts = {
    ...known,
    name,
    law: kind.law,
    endpointName: endpointOf(endpoint),
    modelName: `${PLACE}/models/${model}`,
    others,
  };
  return { choices, name, key, kind, endpoint, model, facts };
}

/** Injects the fault, makes the change, and returns what the laws need. */
async function change(portal, prepared, fault, isSure) {
  const { choices, name, key, kind, endpoint, model, facts } = prepared;
  const injected = changeFaults(fault, kind, endpoint, model, choices);
  for (const each of injected) await emulator('faults', each);
  const at = chance =>
    choices.chance(chance) ? choices.between(0, kind.lasts) : null;
  const moments = { cancelAfter: at(0.3), killAfter: at(0.2) };
  const cancelled =
    moments.cancelAfter !== null &&
    (async () => {
      if (isSure) await untilStruck(injected);
      await setTimeout(moments.cancelAfter);
    });
  const inTask = Boolean(kind.template) && choices.chance(0.5);
  // These would strike the console user, too, who neither tries again nor gives up.
  const isHarmless = !['fails', OF_OPERATIONS, 'answer never comes'].includes(
    fault,
  );
  const isRaced =
    Boolean(kind.isContested) && isHarmless && choices.chance(0.6);
  await setTimeout(choices.between(0, 4000));
  const body = kind.request(facts);
  const racing = isRaced && raced(endpoint, facts.others, choices, kind.lasts);
  const killing = kill(portal, choices, moments.killAfter);
  const id = inTask
    ? await byTask(name, cancelled, kind.template, toValues(body))
    : await byCall(name, key, body, cancelled);
  const failure = await racing;
  if (failure) throw failure;
  const deployment = id ? await ended(id, PATIENCE) : UNBORN;
  await killing;
  const follower =
    kind.hasFollower && (await follow(portal, choices, deployment));
  const events = id ? await eventsOf(id) : [{ id: 1, data: UNBORN }];
  const hasStruck = await haveStruck(injected);
  const what = { name, fault, hasStruck, ...moments, inTask, isRaced };
  const why = deployment.diagnostics?.[0]?.message;
  return {
    what: { ...what, state: deployment.state, why, follower: follower?.state },
    facts: { ...facts, follower, existed: true },
    deployment,
    events,
  };
}

/** What a template asks for in place of a request. */
function toValues({ kind, ...options }) {
  return kind === 'undeploy' ? { what: 'one', ...options } : options;
}

async function kill(portal, choices, after) {
  if (after === null) return;
  await setTimeout(after);
  console.log('portal: kill during a change');
  await portal.restart(portal.any(choices));
}

async function byCall(name, key, body, cancelled) {
  const { id } = await start(name, key, body);
  // The same request again is the same deployment.
  assert.equal((await start(name, key, body)).id, id);
  if (cancelled) {
    await cancelled();
    await cancel(id);
  }
  return id;
}

/** Follows what a deployment has scheduled to its end, which a kill delays. */
async function follow(portal, choices, { id, entityRef }) {
  const find = async () => {
    const query = `vertex-ai/deployments?entityRef=${entityRef}&limit=100`;
    const { items } = await persistent(query);
    const found = items.filter(({ follows }) => follows === id);
    assert.equal(found.length, 1, `${found.length} deployments follow ${id}`);
    return found[0];
  };
  let follower = await find();
  const deadline = Date.now() + PATIENCE;
  while (follower.state === 'scheduled' && Date.now() < deadline) {
    await setTimeout(50);
    follower = await find();
  }
  if (follower.state === 'running') {
    await kill(portal, choices, choices.between(0, 500));
  }
  const deployment = await ended(follower.id, PATIENCE);
  return { ...deployment, events: await eventsOf(follower.id) };
}

/** The faults of the `number`-th round of changes, one for each kind, in the order of `names`. */
function faultsOf(seed, names, number) {
  const deck = Object.keys(CHANGE_FAULTS);
  const past = (number - 1) * names.length;
  const faults = dealt(`${seed}:changes`, deck, past, names.length);
  // Google changes traffic at once.
  const at = faults.indexOf(OF_OPERATIONS);
  const other = names.findIndex(name => KINDS[name].fails);
  if (at >= 0 && !KINDS[names[at]].fails) {
    [faults[at], faults[other]] = [faults[other], faults[at]];
  }
  return faults;
}

/** The changes of a round, prepared: each is a function that plays it. The `number`-th round of changes goes on with the next faults. */
export async function changes(portal, seed, round, number) {
  const names = Object.keys(KINDS);
  const faults = faultsOf(seed, names, number);
  await allowUploads();
  const prepared = await Promise.all(
    names.map(name =>
      prepare(
        random(`${seed}:${round}:${name}`),
        name,
        `${seed}-${round}-${name}`,
      ),
    ),
  );
  const { seconds, calls, endpoints, models } = await emulator('state');
  const since = calls.at(-1).sequence;
  return prepared.map((one, at) => async () => {
    const fault = faults[at];
    Object.assign(one.facts, { since, seconds, before: { endpoints, models } });
    return change(portal, one, fault, number === 1).catch(error => ({
      broken: `${one.name}, ${fault}: ${error.stack}`,
    }));
  });
}
