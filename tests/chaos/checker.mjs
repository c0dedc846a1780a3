// Compares what the portal reports with what the emulator holds.

const sum = split =>
  Object.values(split ?? {}).reduce((all, share) => all + share, 0);

/**
 * Returns the violations of one deployment's laws.
 *
 * @param round what was done: `others`, the ids that a console user deployed; `existed`, whether the endpoint existed before
 * @param deployment as the portal's API reports it
 * @param google the emulator's state
 */
export function check({ endpointName, others, existed }, deployment, google) {
  const found = [];
  const violation = text => found.push(`${endpointName}: ${text}`);
  const endpoint = google.endpoints.find(({ name }) => name === endpointName);
  const deployed = (endpoint?.deployedModels ?? []).map(({ id }) => id);
  const ours = deployed.filter(id => !others.includes(id));
  const unfinished = google.operations.filter(
    operation => !operation.done && operation.name.includes(`${endpointName}/`),
  );
  const { state, notUndone } = deployment;

  if (!['succeeded', 'failed', 'cancelled'].includes(state)) {
    violation(`has not ended: ${state}`);
    return found;
  }
  if (unfinished.length > 0) {
    violation(`${state}, but an operation goes on: ${unfinished[0].name}`);
  }
  if (ours.length > 1) violation(`deployed twice: ${ours}`);
  if (state === 'succeeded') {
    if (ours[0] !== deployment.deployedModelId) {
      violation(`succeeded, but ${deployment.deployedModelId} does not serve`);
    } else if (!(endpoint.trafficSplit?.[ours[0]] > 0)) {
      violation('succeeded without traffic');
    }
  } else if (notUndone.length === 0) {
    if (ours.length > 0) violation(`${state}, but ${ours} is deployed`);
    if (endpoint && !existed) violation(`${state}, but the endpoint exists`);
  }
  if (existed && !endpoint) violation('removed an endpoint of others');
  const lost = others.filter(id => !deployed.includes(id));
  if (lost.length > 0) violation(`removed models of others: ${lost}`);
  if (endpoint && deployed.length > 0 && sum(endpoint.trafficSplit) !== 100) {
    violation(`the split is ${JSON.stringify(endpoint.trafficSplit)}`);
  }
  if (state !== 'succeeded' && existed && notUndone.length === 0) {
    const share = others.reduce(
      (all, id) => all + (endpoint?.trafficSplit?.[id] ?? 0),
      0,
    );
    if (share !== 100) violation(`others have ${share} % of the traffic`);
  }
  return found;
}
