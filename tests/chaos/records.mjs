// Compares the portal's audit records with the emulator's log of calls.

const METHODS = 'aiplatform.projects.locations';
const DEPLOY = `${METHODS}.endpoints.deployModel`;
const CREATE = `${METHODS}.endpoints.create`;
const DELETE = `${METHODS}.endpoints.delete`;
const UNDEPLOY = `${METHODS}.endpoints.undeployModel`;
const MUTATE = `${METHODS}.endpoints.mutateDeployedModel`;
const PATCH = `${METHODS}.endpoints.patch`;
const UPLOAD = `${METHODS}.models.upload`;

/** The audit record that a call names in its reason. */
const recordOf = call => /\baudit=([\w-]+)/.exec(call.reason ?? '')?.[1];

/** Outcomes that an audit record may have for a call that changed something at Google, and for one that did not. */
const TRUE_OUTCOMES = { true: ['succeeded'], false: ['failed', 'unsent'] };

/** Changes of which the portal can read later whether Google has made them: both, or only that it has, or has not. */
const READABLE = {
  [DEPLOY]: [true, false],
  [CREATE]: [true],
  [UPLOAD]: [true],
  [PATCH]: [false],
  [UNDEPLOY]: [true, false],
  [DELETE]: [true, false],
  [MUTATE]: [true, false],
};

/** Changes of which the list of operations tells neither what a failed one was to do, nor which of two was whose. */
const NAMELESS = [UNDEPLOY, DELETE, MUTATE];

/** Whether Google took a change of this kind that then failed. */
const hasFailed = (call, google) =>
  NAMELESS.includes(call.name) &&
  google.operations.some(
    ({ name, error }) => error && call.operations.includes(name),
  );

/** Whether nothing shows the version that a call has uploaded: it serves only after a success. */
function isRemoved(call, google) {
  if (call.name !== UPLOAD) return false;
  const versions = google.operations
    .filter(({ name }) => call.operations.includes(name))
    .map(({ response }) => `${response?.model}@${response?.modelVersionId}`);
  const serving = google.endpoints.flatMap(({ deployedModels = [] }) =>
    deployedModels.map(
      ({ model, modelVersionId }) => `${model}@${modelVersionId}`,
    ),
  );
  return !versions.some(version => serving.includes(version));
}

/** Whether a later change gave the endpoint another etag than the one that an update named. */
const isOutdated = (call, google) =>
  call.name === PATCH &&
  google.calls.some(
    ({ changed, resource, sequence }) =>
      changed && resource === call.resource && sequence > call.sequence,
  );

/** Whether a removal that did not happen was repeated: what is gone may have been removed by anyone. */
const isRepeated = (row, changed, google) =>
  [UNDEPLOY, DELETE].includes(row.method) &&
  !changed &&
  google.calls.some(
    call =>
      call.name === row.method &&
      call.resource === row.resource &&
      call.changed,
  );

/** Whether no read can show what became of a call: `docs/security.md` names the cases. */
function isUnknowable(row, called, rows, google) {
  const isDone = ({ id }) => Boolean(called.get(id)?.changed);
  const changed = isDone(row);
  if (!READABLE[row.method]?.includes(changed)) return true;
  const call = called.get(row.id);
  if (call && isOutdated(call, google)) return true;
  if (isRepeated(row, changed, google)) return true;
  if (changed && (hasFailed(call, google) || isRemoved(call, google)))
    return true;
  const beside = rows.filter(
    ({ id, method, resource, outcome }) =>
      id !== row.id &&
      method === row.method &&
      resource === row.resource &&
      outcome === 'unknown',
  );
  const isPaired = beside.length > 0 && [row, ...beside].some(isDone);
  if (row.method === UNDEPLOY && isPaired) return true;
  // Of two attempts without an answer, either may have started the only operation.
  const twins = rows.filter(
    ({ clue, outcome }) => clue === row.clue && outcome === 'unknown',
  );
  return twins.length > 1 && twins.some(isDone);
}

const callsOf = google =>
  google.calls.filter(({ reason }) => reason?.startsWith('backstage '));
const byRecord = calls => new Map(calls.map(call => [recordOf(call), call]));

/** Whether a read can still show the outcome of a record. */
export function canSettle(rows, google) {
  const called = byRecord(callsOf(google));
  return rows.some(
    row =>
      row.outcome === 'pending' ||
      (row.outcome === 'unknown' && !isUnknowable(row, called, rows, google)),
  );
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
  const calls = callsOf(google);
  for (const call of calls.filter(({ changed }) => changed)) {
    const row = byId.get(recordOf(call));
    if (!row) found.push(`no audit record of ${call.method} ${call.path}`);
  }
  const called = byRecord(calls);
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
