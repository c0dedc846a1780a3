// A deployment by a task of the scaffolder: its lines and its end must be those of the deployment.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { eventsOf, ended, OUTAGES, persistent } from './clients.mjs';
import { checkLines, isCancellation, isCancelledLate } from './lines.mjs';

const RUNNING = ['open', 'processing'];

/** Starts a template for an entity. `deployments` returns what the task has started, `cancel` cancels it. */
export async function startTask(name, template = 'deploy-model', more = {}) {
  const entity = `component:default/${name}`;
  const since = new Date().toISOString();
  const id = await create(template, { entity, ...more }, since);
  const path = `scaffolder/v2/tasks/${id}`;
  const query = `vertex-ai/deployments?entityRef=${entity}&since=${since}`;
  return {
    path,
    startedAt: Date.parse(since),
    cancel: () => persistent(`${path}/cancel`, { method: 'POST' }),
    deployments: async () => (await persistent(query)).items,
  };
}

/** Creates a task. A portal that dies may have created it, and no key tells one task from another. */
async function create(template, values, since) {
  const templateRef = `template:default/${template}`;
  const body = { templateRef, values };
  const deadline = Date.now() + 240_000 + OUTAGES;
  for (;;) {
    try {
      const init = { method: 'POST', body };
      return (await persistent('scaffolder/v2/tasks', init, 0)).id;
    } catch (error) {
      const isRefused = [400, 403].includes(error.status);
      if (isRefused || Date.now() > deadline) throw error;
      // What is on its way arrives.
      await setTimeout(2000);
    }
    const { tasks } = await persistent(
      'scaffolder/v2/tasks?order=desc:created_at&limit=20',
    );
    const found = tasks.find(
      ({ spec, createdAt }) =>
        // SQLite keeps whole seconds, and no `T`.
        createdAt.replace(' ', 'T') >= since.slice(0, 19) &&
        spec.templateInfo.entityRef === templateRef &&
        spec.parameters.entity === values.entity,
    );
    if (found) return found.id;
  }
}

/** Runs the template to its end; `cancelled` resolves when it is to be cancelled. Returns the deployment's id; `undefined` where the task was cancelled before it started one. */
export async function byTask(name, cancelled, template, more) {
  const task = await startTask(name, template, more);
  if (cancelled) {
    await cancelled();
    await task.cancel();
  }
  const deadline = Date.now() + 240_000 + OUTAGES;
  let status;
  do {
    await setTimeout(500);
    ({ status } = await persistent(task.path));
  } while (RUNNING.includes(status) && Date.now() < deadline);
  const items = await task.deployments();
  if (items.length === 0 && cancelled) return undefined;
  assert.equal(items.length, 1, `${items.length} deployments of one task`);
  const deployment = await ended(items[0].id);
  const lines = await persistent(`${task.path}/events`);
  check(name, status, lines, deployment, await eventsOf(deployment.id));
  return deployment.id;
}

function check(name, status, lines, deployment, events) {
  const { state } = deployment;
  const expected =
    state === 'succeeded' ? ['completed'] : ['failed', 'cancelled'];
  assert.ok(
    expected.includes(status) || isCancelledLate(lines),
    `the task of ${name} is ${status}, its deployment ${state}`,
  );
  // A cancelled step follows its deployment no longer, also where the task then fails in a portal that starts.
  const wasCancelled = lines.some(isCancellation);
  const isFollowed = status !== 'cancelled' && !wasCancelled;
  const wrong = checkLines(lines, deployment, events, isFollowed);
  assert.deepEqual(wrong, [], `the log of the task of ${name}`);
}
