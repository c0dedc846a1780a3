// Compares what the portal reports with what the emulator holds, with the emulator's log of calls, and with the portal's audit records.

const ENDED = ['succeeded', 'failed', 'cancelled'];
const DEPLOY = 'aiplatform.projects.locations.endpoints.deployModel';
const CREATE = 'aiplatform.projects.locations.endpoints.create';
const DELETE = 'aiplatform.projects.locations.endpoints.delete';
const UNDEPLOY = 'aiplatform.projects.locations.endpoints.undeployModel';

const sum = split =>
  Object.values(split ?? {}).reduce((all, share) => all + share, 0);
/** The audit record that a call names in its reason. */
const recordOf = call => /\baudit=([\w-]+)/.exec(call.reason ?? '')?.[1];

/** What the emulator holds and has seen of one endpoint. */
function about(endpointName, google) {
  const id = endpointName.split('/').at(-1);
  const calls = google.calls.filter(
    ({ resource, path, reason }) =>
      reason?.startsWith('backstage ') &&
      (resource === endpointName ||
        resource.startsWith(`${endpointName}/`) ||
        path.includes(`endpointId=${id}`)),
  );
  return {
    endpoint: google.endpoints.find(({ name }) => name === endpointName),
    operations: google.operations.filter(({ name }) =>
      name.includes(`/endpoints/${id}/`),
    ),
    calls,
  };
}

/**
 * Returns the violations of one deployment's laws.
 *
 * @param facts what was done: `others`, the ids that a console user deployed; `existed`, whether the endpoint existed before
 * @param deployment as the portal's API reports it
 * @param events of the deployment, as its viewers see them
 * @param google the emulator's state
 */
export function check(
  { endpointName, others, existed },
  deployment,
  events,
  google,
) {
  const found = [];
  const violation = text => found.push(`${endpointName}: ${text}`);
  const { endpoint, operations, calls } = about(endpointName, google);
  const deployed = (endpoint?.deployedModels ?? []).map(({ id }) => id);
  const ours = deployed.filter(id => !others.includes(id));
  const { state, notUndone, undone, deployedModelId } = deployment;

  if (!ENDED.includes(state)) {
    violation(`has not ended: ${state}`);
    return found;
  }
  const unfinished = operations.filter(({ done }) => !done);
  if (unfinished.length > 0) {
    violation(`${state}, but an operation goes on: ${unfinished[0].name}`);
  }
  if (ours.length > 1) violation(`deployed twice: ${ours}`);
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
    ({ changed, time }) => changed && time > deployment.endedAt,
  );
  if (late.length > 0) violation(`changed after its end: ${late[0].path}`);

  if (state === 'succeeded') {
    const share = endpoint?.trafficSplit?.[deployedModelId] ?? 0;
    if (ours[0] !== deployedModelId) {
      violation(`succeeded, but ${deployedModelId} does not serve`);
    } else if (share === 0 || share !== deployment.traffic) {
      violation(`reports ${deployment.traffic} % of the traffic, has ${share}`);
    }
  } else if (notUndone.length === 0) {
    if (ours.length > 0) violation(`${state}, but ${ours} is deployed`);
    if (endpoint && !existed) violation(`${state}, but the endpoint exists`);
  } else {
    const isLeft = ours.length > 0 || (endpoint && !existed);
    if (!isLeft) violation(`reports as left what is gone: ${notUndone}`);
  }
  for (const what of undone) {
    const method = what.startsWith('endpoint ') ? DELETE : UNDEPLOY;
    const isTraffic = what.startsWith('the traffic');
    if (!isTraffic && took(method).length === 0) {
      violation(`reports as removed what it did not remove: ${what}`);
    }
  }

  if (existed && !endpoint) violation('removed an endpoint of others');
  const lost = others.filter(id => !deployed.includes(id));
  if (lost.length > 0) violation(`removed models of others: ${lost}`);
  if (endpoint && deployed.length > 0 && sum(endpoint.trafficSplit) !== 100) {
    violation(`the split is ${JSON.stringify(endpoint.trafficSplit)}`);
  }
  const shares = others.map(id => endpoint?.trafficSplit?.[id] ?? 0);
  if (shares.length === 2 && Math.abs(shares[0] - shares[1]) > 2) {
    // They halved what was left to them.
    violation(`others have ${shares} % of the traffic`);
  }
  if (state !== 'succeeded' && existed && notUndone.length === 0) {
    const share = shares.reduce((all, each) => all + each, 0);
    if (share !== 100) violation(`others have ${share} % of the traffic`);
  }
  return [...found, ...checkEvents(endpointName, deployment, events)];
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

/** Outcomes that an audit record may have for a call that changed something at Google, and for one that did not. */
const TRUE_OUTCOMES = { true: ['succeeded'], false: ['failed', 'unsent'] };

/** Changes of which the portal can read later whether Google has made them: both, or only that it has, or has not. */
const READABLE = {
  [DEPLOY]: [true, false],
  [CREATE]: [true],
  'aiplatform.projects.locations.models.upload': [true],
  'aiplatform.projects.locations.endpoints.patch': [false],
  [UNDEPLOY]: [true, false],
  [DELETE]: [true, false],
};

/** Whether Google took a deployment that then failed, while somebody else deployed to the same endpoint: neither operation names the change. */
function isBesideAnother(call, google) {
  const ended = google.operations.find(({ name }) =>
    call.operations.includes(name),
  );
  const isOther = ({ name, changed, resource, reason }) =>
    name === DEPLOY &&
    changed &&
    resource === call.resource &&
    !reason?.startsWith('backstage ');
  return (
    call.name === DEPLOY &&
    ended?.error !== undefined &&
    google.calls.some(isOther)
  );
}

/** Whether no read can show what became of a call: `docs/security.md` names the cases. */
function isUnknowable(row, called, rows, google) {
  const isDone = ({ id }) => Boolean(called.get(id)?.changed);
  const changed = isDone(row);
  if (!READABLE[row.method]?.includes(changed)) return true;
  if (changed && isBesideAnother(called.get(row.id), google)) return true;
  // Of two attempts without an answer, either may have started the only operation.
  const twins = rows.filter(
    ({ clue, outcome }) => clue === row.clue && outcome === 'unknown',
  );
  return twins.length > 1 && twins.some(isDone);
}

/**
 * Returns what audit records say that is not so, and what they could say.
 *
 * @param rows the records, settled
 * @param google the emulator's state
 * @returns violations, and the records whose outcome nothing can show
 */
export function checkRecords(rows, google) {
  const found = [];
  const byId = new Map(rows.map(row => [row.id, row]));
  const calls = google.calls.filter(({ reason }) =>
    reason?.startsWith('backstage '),
  );
  for (const call of calls.filter(({ changed }) => changed)) {
    const row = byId.get(recordOf(call));
    if (!row) found.push(`no audit record of ${call.method} ${call.path}`);
  }
  const called = new Map(calls.map(call => [recordOf(call), call]));
  const unknowable = [];
  for (const row of rows) {
    const call = called.get(row.id);
    const { outcome } = row;
    const changed = Boolean(call?.changed);
    if (outcome === 'unknown' && isUnknowable(row, called, rows, google)) {
      unknowable.push(`${row.method} on ${row.resource}`);
    } else if (!TRUE_OUTCOMES[changed].includes(outcome)) {
      // A call that Google takes without effect, e.g. the cancellation of what has ended, has succeeded, too.
      const isTaken = outcome === 'succeeded' && call?.status === 200;
      if (!isTaken) {
        found.push(
          `the audit record of ${row.method} on ${row.resource} says ${outcome}; Google: ${JSON.stringify(call)}`,
        );
      }
    }
  }
  return { violations: found, unknowable };
}
