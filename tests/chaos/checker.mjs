// Compares what the portal reports with what the emulator holds and with the emulator's log of calls.
import {
  CREATE,
  DELETE,
  DEPLOY,
  OUTCOMES,
  UNDEPLOY,
  view,
} from './outcomes.mjs';

const ENDED = ['succeeded', 'failed', 'cancelled'];

/** What the emulator holds and has seen of one endpoint and the model that is uploaded for it. */
function about({ endpointName, modelName, since }, google) {
  const id = endpointName.split('/').at(-1);
  const isOfModel = resource =>
    modelName &&
    (resource === modelName || resource.startsWith(`${modelName}@`));
  const calls = google.calls.filter(
    ({ resource, path, reason, sequence }) =>
      sequence > since &&
      reason?.startsWith('backstage ') &&
      (resource === endpointName ||
        resource.startsWith(`${endpointName}/`) ||
        isOfModel(resource) ||
        path.includes(`endpointId=${id}`)),
  );
  return {
    operations: google.operations.filter(
      ({ name }) =>
        name.includes(`/endpoints/${id}/`) ||
        (modelName && name.includes(`/models/${modelName.split('/').at(-1)}/`)),
    ),
    calls,
  };
}

/**
 * Returns the violations of one deployment's laws.
 *
 * @param facts what was done: `others`, the ids that a console user deployed; `existed`, whether the endpoint existed before; `since`, the
 * number of the last call before it; for a change of what serves also its `law`, what was there `before`, and what the law needs
 * @param deployment as the portal's API reports it
 * @param events of the deployment, as its viewers see them
 * @param google the emulator's state
 */
export function check(facts, deployment, events, google) {
  const { endpointName, others, existed, law = 'deployment' } = facts;
  const found = [];
  const violation = text => found.push(`${endpointName}: ${text}`);
  const { operations, calls } = about(facts, google);
  const { state, undone } = deployment;

  if (!ENDED.includes(state)) {
    violation(`has not ended: ${state}`);
    return found;
  }
  const unfinished = operations.filter(({ done }) => !done);
  if (unfinished.length > 0) {
    violation(`${state}, but an operation goes on: ${unfinished[0].name}`);
  }
  const succeeded = name => {
    const operation = operations.find(other => other.name === name);
    return operation?.done && !operation.error;
  };
  const took = method =>
    calls.filter(({ name, changed }) => name === method && changed);
  const done = method =>
    took(method).flatMap(call => call.operations.filter(succeeded));
  if (done(DEPLOY).length > 1) violation(`deployed twice: ${done(DEPLOY)}`);
  if (done(CREATE).length > 1) violation(`created twice: ${done(CREATE)}`);
  const late = calls.filter(
    ({ changed, time, reason }) =>
      changed &&
      time > deployment.endedAt &&
      reason.includes(`deployment ${deployment.id}`),
  );
  if (late.length > 0) violation(`changed after its end: ${late[0].path}`);

  const before = facts.before && view(endpointName, facts.before);
  const after = view(endpointName, google);
  OUTCOMES[law]({ facts, deployment, before, after, google, took, violation });

  for (const what of undone) {
    const method = what.startsWith('endpoint ') ? DELETE : UNDEPLOY;
    const isRemoval = /^(endpoint|deployed model) /.test(what);
    if (isRemoval && took(method).length === 0) {
      violation(`reports as removed what it did not remove: ${what}`);
    }
  }
  checkOthers({ existed, others, deployment, before, after, violation });
  return [...found, ...checkEvents(endpointName, deployment, events)];
}

/** What others have deployed stays as they left it, apart from the traffic that the portal was asked to send elsewhere. */
function checkOthers({
  existed,
  others,
  deployment,
  before,
  after,
  violation,
}) {
  const lost = others.filter(id => !after.ids.includes(id));
  if (lost.length > 0) violation(`removed models of others: ${lost}`);
  if (after.ids.length > 0 && after.total !== 100) {
    violation(`the split is ${JSON.stringify(after.split)}`);
  }
  const shares = others.map(id => after.split[id] ?? 0);
  if (shares.length === 2 && Math.abs(shares[0] - shares[1]) > 2) {
    // They halved what was left to them.
    violation(`others have ${shares} % of the traffic`);
  }
  const { state, notUndone } = deployment;
  if (state !== 'succeeded' && existed && notUndone.length === 0) {
    const sum = shares.reduce((all, each) => all + each, 0);
    const had = others.reduce((all, id) => all + (before?.split[id] ?? 0), 0);
    const expected = before ? had : 100;
    if (sum !== expected) violation(`others have ${sum} % of the traffic`);
  }
}

/** Events tell one story: they count up, and end as the deployment does. */
function checkEvents(endpointName, { state }, events) {
  const found = [];
  const gap = events.find(({ id }, at) => id !== at + 1);
  if (gap) found.push(`${endpointName}: an event is missing before ${gap.id}`);
  const last = events.at(-1);
  if (last?.data.state !== state) {
    found.push(
      `${endpointName}: ${state}, but its events end with ${last?.data.state}`,
    );
  }
  return found;
}
