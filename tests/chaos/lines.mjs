// Compares the log of a task's step with the deployment that it follows, both ways: no event is missing, and no line is untrue.
import { stripVTControlCharacters } from 'node:util';

/** The steps of our templates that follow no deployment. */
const BEFORE = ['validate', 'plan'];
const WAITING = 'The portal’s deployments are not available: waiting';
const HEADLINES = {
  failed: 'The deployment failed',
  cancelled: 'The deployment was cancelled',
};

export const isCancellation = ({ body }) => body.status === 'cancelled';

/** Whether a step had ended well before the task was cancelled: Backstage ends such a task as it ends others, its deployment stays. */
export function isCancelledLate(log) {
  const at = log.findIndex(isCancellation);
  const hasFinished = ({ body: { stepId, status } }) =>
    stepId && !BEFORE.includes(stepId) && status === 'completed';
  return log.slice(0, Math.max(at, 0)).some(hasFinished);
}

/** An event as the step logs it. */
const lineOf = ({ stage, stageIndex, stageCount, message }) =>
  stageIndex ? `[${stageIndex}/${stageCount}] ${stage} ${message}` : message;

/** The error with which the step of a failed or cancelled deployment ends, item by item. */
function errorOf({ state, diagnostics, undone, notUndone }) {
  return {
    headline: `Error: ${HEADLINES[state]}`,
    findings: diagnostics.map(({ message }) => message),
    left: [
      ...undone.map(what => `- Rolled back: ${what}`),
      ...notUndone.map(what => `- Not rolled back: ${what}`),
    ],
  };
}

function isErrorOf(deployment, text) {
  if (!(deployment.state in HEADLINES)) return false;
  const { headline, findings, left } = errorOf(deployment);
  const [first, ...rest] = text.split('\n');
  const said = rest.filter(line => /^- (Not r|R)olled back: /.test(line));
  return (
    first === headline &&
    findings.every(message => text.includes(message)) &&
    `${said}` === `${left}`
  );
}

/** Whether a line without an event is one of the step's own, and is true of the deployment. */
function isOwn({ status, text }, deployment) {
  if (status === 'processing') return text.startsWith('Beginning step ');
  if (status === 'completed') {
    return (
      deployment.state === 'succeeded' &&
      /^(Finished|Skipping) step /.test(text)
    );
  }
  if (status === 'cancelled') return text.endsWith(' has been cancelled.');
  if (status === 'failed') return isErrorOf(deployment, text);
  return [WAITING, `Deployment ${deployment.id} has started`].includes(text);
}

/**
 * Returns what is wrong with the log of a task.
 *
 * @param log the events of the task
 * @param deployment that its last step follows
 * @param events of the deployment
 * @param isFollowed whether the step was to follow the deployment to its end
 */
export function checkLines(log, deployment, events, isFollowed) {
  const found = [];
  const lines = log
    .map(({ body }) => body)
    .filter(({ stepId }) => stepId && !BEFORE.includes(stepId))
    .map(body => {
      const text = stripVTControlCharacters(body.message);
      return { ...body, text: text.replace(/^(info|warn|error): /, '') };
    });
  const told = events.flatMap(({ data }) => (data.message ? lineOf(data) : []));
  const count = (all, text) => all.filter(other => other === text).length;
  const texts = lines.map(({ text }) => text);
  // A task that a killed portal left behind follows its deployment again, from the first event.
  const visits = lines.filter(({ status }) => status === 'processing').length;
  for (const text of new Set(told)) {
    const times = count(texts, text);
    if (isFollowed && times === 0) found.push(`no line \`${text}\``);
    if (times > visits * count(told, text)) {
      found.push(`the line \`${text}\` ${times} times in ${visits} visits`);
    }
  }
  for (const line of lines) {
    if (!told.includes(line.text) && !isOwn(line, deployment)) {
      found.push(`the untrue line \`${line.text}\``);
    }
  }
  return found;
}
