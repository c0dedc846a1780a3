// What the end of each kind of change means at Google: done, or as before, or left and said so.

const METHODS = 'aiplatform.projects.locations.endpoints';
export const DEPLOY = `${METHODS}.deployModel`;
export const CREATE = `${METHODS}.create`;
export const DELETE = `${METHODS}.delete`;
export const UNDEPLOY = `${METHODS}.undeployModel`;

/** An endpoint as the laws compare it. */
export function view(endpointName, { endpoints }) {
  const endpoint = endpoints.find(({ name }) => name === endpointName);
  const models = endpoint?.deployedModels ?? [];
  const split = endpoint?.trafficSplit ?? {};
  return {
    exists: Boolean(endpoint),
    ids: models.map(({ id }) => id),
    models: new Map(models.map(model => [model.id, model])),
    split,
    total: Object.values(split).reduce((all, share) => all + share, 0),
  };
}

const shareOf = ({ split }, id) => split[id] ?? 0;
const boundsOf = ({ models }, id) => {
  const resources = models.get(id)?.dedicatedResources;
  return resources && [resources.minReplicaCount, resources.maxReplicaCount];
};
const says = (texts, id) => texts.some(text => text.includes(id));
const versionsOf = (name, { models }) =>
  models.find(model => model.name === name)?.versions ?? {};
const aliasesOf = version => version?.versionAliases ?? [];

/** Each deployed model that differs from before, by a word of how; those in `except` may. Other users may have deployed more. */
function differences({ facts, before, after }, except = []) {
  const found = [];
  const own = id => !facts.others.includes(id) && !except.includes(id);
  for (const id of before.ids.filter(own)) {
    if (!after.ids.includes(id)) found.push(`${id} is gone`);
    else if (shareOf(before, id) !== shareOf(after, id)) {
      found.push(`${id} has ${shareOf(after, id)} %`);
    } else if (`${boundsOf(before, id)}` !== `${boundsOf(after, id)}`) {
      found.push(`${id} has ${boundsOf(after, id)} replicas`);
    }
  }
  const more = after.ids.filter(id => own(id) && !before.ids.includes(id));
  return [...found, ...more.map(id => `${id} is deployed`)];
}

/** After a failure or a cancellation, everything is as before, or something is reported as left. */
function isAsBefore(run, more = []) {
  const { deployment, violation } = run;
  const { state, notUndone } = deployment;
  const all = [...differences(run), ...more];
  if (notUndone.length === 0 && all.length > 0) {
    violation(`${state}, but ${all.join(', ')}`);
  }
  if (notUndone.length > 0 && all.length === 0) {
    violation(`reports as left what is as before: ${notUndone}`);
  }
}

/** A model serves with the share that the deployment reports. */
function serves({ deployment, after, violation }, id, share) {
  const { traffic } = deployment;
  const has = shareOf(after, id);
  if (!after.ids.includes(id)) violation(`succeeded, but ${id} does not serve`);
  else if (has !== traffic) {
    violation(`reports ${traffic} % of the traffic, has ${has}`);
  } else if (share === undefined ? has === 0 : has !== share) {
    violation(`succeeded, but ${id} has ${has} % of the traffic`);
  }
}

/** A deployment to an endpoint of others, or to a new one. */
function deployed(run) {
  const { facts, deployment, after, violation } = run;
  const { existed, others } = facts;
  const { state, notUndone, deployedModelId } = deployment;
  const ours = after.ids.filter(id => !others.includes(id));
  if (ours.length > 1) violation(`deployed twice: ${ours}`);
  if (state === 'succeeded') {
    serves(run, deployedModelId);
  } else if (notUndone.length === 0) {
    if (ours.length > 0) violation(`${state}, but ${ours} is deployed`);
    if (after.exists && !existed)
      violation(`${state}, but the endpoint exists`);
  } else {
    const isLeft = ours.length > 0 || (after.exists && !existed);
    if (!isLeft) violation(`reports as left what is gone: ${notUndone}`);
  }
  if (existed && !after.exists) violation('removed an endpoint of others');
}

/** A new version of a model that serves in place of the former one: one version of its content, never two. */
function uploaded(run) {
  const { facts, deployment, after, google, violation } = run;
  const before = versionsOf(facts.modelName, facts.before);
  const versions = versionsOf(facts.modelName, google);
  const added = Object.keys(versions).filter(number => !(number in before));
  if (added.length > 1) violation(`uploaded twice: versions ${added}`);
  for (const number of Object.keys(before)) {
    if (!(number in versions)) violation(`removed version ${number}`);
  }
  const [number] = added;
  const named = Object.keys(versions).filter(each =>
    aliasesOf(versions[each]).includes(facts.alias),
  );
  if (deployment.state !== 'succeeded') {
    const left = added.map(each => `version ${each} exists`);
    const moved = named.filter(
      each => !aliasesOf(before[each]).includes(facts.alias),
    );
    isAsBefore(run, [...left, ...moved.map(each => `${each} has the alias`)]);
    return;
  }
  const { deployedModelId: id, model } = deployment;
  serves(run, id, 100);
  if (versions[number]?.containerSpec.imageUri !== facts.image) {
    violation(`succeeded, but no new version has ${facts.image}`);
  }
  if (model !== `${facts.modelName}@${number}`) {
    violation(`reports ${model}, uploaded version ${number}`);
  }
  if (after.models.get(id)?.modelVersionId !== number) {
    violation(`${id} does not serve version ${number}`);
  }
  if (facts.alias && `${named}` !== number) {
    violation(`the alias names ${named}, not ${number}`);
  }
  stays(run, [id]);
}

/** What served before is deployed as before, apart from its traffic. */
function stays({ before, after, violation }, except = []) {
  for (const id of before.ids.filter(each => !except.includes(each))) {
    if (!after.ids.includes(id)) violation(`removed deployed model ${id}`);
    else if (`${boundsOf(before, id)}` !== `${boundsOf(after, id)}`) {
      violation(`changed the replicas of deployed model ${id}`);
    }
  }
}

/** A removal: gone, or as before. What was gone already at a failure is named. */
function undeployed(run) {
  const { facts, deployment, before, after, violation } = run;
  const { state, notUndone, removed = [] } = deployment;
  const gone = facts.ids.filter(id => !after.ids.includes(id));
  const isEndpointGone = !after.exists;
  if (isEndpointGone && !facts.deletesEndpoint)
    violation('removed the endpoint');
  if (state === 'succeeded') {
    const left = facts.ids.filter(id => after.ids.includes(id));
    if (left.length > 0) violation(`succeeded, but ${left} is deployed`);
    const unsaid = gone.filter(id => !removed.includes(`deployed model ${id}`));
    if (unsaid.length > 0) violation(`does not report as removed: ${unsaid}`);
    if (facts.deletesEndpoint && !isEndpointGone) {
      violation('succeeded, but the endpoint exists');
    }
    return;
  }
  const silent = gone.filter(id => !says(notUndone, id));
  if (silent.length > 0) violation(`${state}, but ${silent} is gone`);
  if (
    isEndpointGone &&
    !says(notUndone, facts.endpointName.split('/').at(-1))
  ) {
    violation(`${state}, but the endpoint is gone`);
  }
  if (gone.length === 0) isAsBefore(run);
  const bounds = before.ids.filter(
    id =>
      after.ids.includes(id) &&
      `${boundsOf(before, id)}` !== `${boundsOf(after, id)}`,
  );
  if (bounds.length > 0) violation(`changed the replicas of ${bounds}`);
}

/** Replicas as wanted, or as before. */
function scaled(run) {
  const { facts, deployment, after, violation } = run;
  const { id, replicas } = facts;
  if (deployment.state !== 'succeeded') {
    isAsBefore(run);
    return;
  }
  const wanted = [replicas.min, replicas.max];
  if (`${boundsOf(after, id)}` !== `${wanted}`) {
    violation(`succeeded, but ${id} has ${boundsOf(after, id)} replicas`);
  }
  const { min, max } = deployment.replicas ?? {};
  if (`${[min, max]}` !== `${wanted}`)
    violation(`reports ${min} to ${max} replicas`);
  const others = differences(run, [id]);
  if (others.length > 0) violation(`succeeded, but ${others.join(', ')}`);
}

/** The share as wanted, or as before. */
function shifted(run) {
  const { facts, deployment } = run;
  if (deployment.state !== 'succeeded') {
    isAsBefore(run);
    return;
  }
  serves(run, facts.id, facts.share);
  stays(run);
}

/** All traffic at a former deployment, which is deployed once; or everything as before. */
function returned(run) {
  const { facts, deployment, before, violation } = run;
  if (deployment.state !== 'succeeded') {
    isAsBefore(run);
    return;
  }
  serves(run, facts.id, 100);
  stays(run, [facts.id]);
  if (deployment.formerDeployment !== facts.former) {
    violation(`rolled back to ${deployment.formerDeployment}`);
  }
  if (before.ids.includes(facts.id) && run.took(DEPLOY).length > 0) {
    violation('deployed anew what is deployed');
  }
}

/** A new version, and then the removal of the one that it replaced: only where the first one succeeds. */
function replaced(run) {
  const { facts, deployment, after, violation } = run;
  const { follower, previous } = facts;
  const isGone = !after.ids.includes(previous);
  const ofFollower = ({ reason }) =>
    reason.includes(`deployment ${follower.id}`);
  if (deployment.state !== 'succeeded') {
    isAsBefore(run);
    // A start that was interrupted fails with what follows.
    if (follower.state === 'succeeded' || run.took(UNDEPLOY).some(ofFollower)) {
      violation(`${deployment.state}, but its removal is ${follower.state}`);
    }
    return;
  }
  serves(run, deployment.deployedModelId, 100);
  const { removed = [] } = follower;
  if (follower.state === 'succeeded') {
    if (!isGone)
      violation(`the removal succeeded, but ${previous} is deployed`);
    if (!says(removed, previous)) violation(`the removal reports ${removed}`);
  } else if (isGone && !says(follower.notUndone, previous)) {
    violation(`the removal is ${follower.state}, but ${previous} is gone`);
  } else if (!isGone && follower.notUndone.length > 0) {
    violation(`the removal reports as left what is as before`);
  }
  if (follower.events.at(-1)?.data.state !== follower.state) {
    violation(`the removal's events do not end as ${follower.state}`);
  }
}

/** The version of the other environment, which stays as it is. */
function promoted(run) {
  const { facts, deployment, after, google, violation } = run;
  deployed({ ...run, facts: { ...facts, existed: false } });
  if (deployment.state === 'succeeded') {
    const model = after.models.get(deployment.deployedModelId);
    if (model?.modelVersionId !== facts.version) {
      violation(`promoted version ${model?.modelVersionId}`);
    }
  }
  const other = facts.endpointName.replace(/-to$/, '-from');
  const served = [facts.before, google].map(state => view(other, state));
  if (
    `${served[0].ids}` !== `${served[1].ids}` ||
    shareOf(served[1], facts.source) !== 100
  ) {
    violation('changed the environment that the version is of');
  }
}

/** The laws by their names. Each gets the facts, the endpoint before and after, and the deployment. */
export const OUTCOMES = {
  deployment: deployed,
  upload: uploaded,
  undeploy: undeployed,
  scale: scaled,
  traffic: shifted,
  rollback: returned,
  replacement: replaced,
  promotion: promoted,
};
