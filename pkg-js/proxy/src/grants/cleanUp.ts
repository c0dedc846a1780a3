import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Host } from '@backstage-vertex-ai/core';
import { iamApply, type Gate } from '@backstage-vertex-ai/core/server';
import type { AuditRecords } from '../audit';
import { INNER_URL } from '../innerFetch';
import {
  readName,
  rightsOf,
  undatedOf,
  type GrantRecords,
  type OpenGrant,
} from './records';

const MINUTE = 60_000;
const FIRST_PAUSE = 2 * MINUTE;
/** However often it failed, it is tried again after this: rights that have ended must go. */
const LONGEST_PAUSE = 24 * 60 * MINUTE;
/** So many in one round; the next one takes the others. */
const MOST = 50;
/** So long after its record a run that gives may still be under way. */
const LONGEST_RUN = 60 * MINUTE;

export interface CleanUpOptions {
  gate: Gate;
  records: GrantRecords;
  audit: AuditRecords;
  fetch: Host['fetch'];
  logger: LoggerService;
}

/** The pause before the next try: it doubles, and a random half of it is left out. */
function pauseAfter(tries: number): number {
  const longest = Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE);
  return longest * (0.5 + Math.random() / 2);
}

/**
 * Takes back what has ended, where the audit trail says that it was given; what was given again for longer waits until that ends. A
 * row is done when Google has answered that its rights are gone.
 */
export async function cleanUp(
  options: CleanUpOptions,
  signal: AbortSignal,
): Promise<void> {
  const { records } = options;
  const isDue = ({ endsAt, nextTryAt }: OpenGrant) =>
    Math.max(Date.parse(endsAt), Date.parse(nextTryAt)) <= Date.now();
  let open = await records.open();
  let tried = 0;
  for (const { id } of open.filter(isDue)) {
    if (signal.aborted || tried === MOST) return;
    const grant = open.find(one => one.id === id);
    if (grant && (await endGrant(grant, open, options, signal))) {
      tried += 1;
      // That took its time at Google: meanwhile others may have been given again.
      open = await records.open();
    }
  }
}

/** Whether it was tried to take back what one record is about. */
async function endGrant(
  grant: OpenGrant,
  open: OpenGrant[],
  options: CleanUpOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { gate, records, audit, logger } = options;
  const { id } = grant;
  const namesOf = ({ undated }: OpenGrant) =>
    undated.map(name => gate.recordedName(name));
  const lasting = open
    .filter(({ endsAt }) => Date.parse(endsAt) > Date.now())
    .flatMap(namesOf);
  const undated = namesOf(grant);
  if (undated.length > 0 && undated.every(right => lasting.includes(right))) {
    return false;
  }
  // A replica whose clock is behind may still give under it: its call is in the audit trail by then, or finds the record closed.
  await records.close(id);
  const { changed, underWay } = await audit.policiesChanged(grant);
  if (underWay) return false;
  if (changed.size === 0) {
    if (Date.parse(grant.begunAt) + LONGEST_RUN > Date.now()) return false;
    await records.withdraw(id);
    logger.info('Recorded rights were not given', { grant: id });
    return false;
  }
  await records.trying(id, new Date(Date.now() + pauseAfter(grant.tries)));
  // What was there already somebody else gave.
  const given = undated.filter(right => changed.has(readName(right).resource));
  const left = given.filter(right => lasting.includes(right));
  const ended = given.filter(right => !left.includes(right));
  const error = await takeBack(grant, ended, options, signal);
  if (signal.aborted) return true;
  if (error !== undefined) {
    await records.failed(id, error);
    logger.warn(`Rights that have ended are not taken back: ${error}`, {
      grant: id,
    });
  } else if (left.length > 0) {
    await records.narrow(id, left);
  } else {
    await records.done(id);
    logger.info('Rights that had ended were taken back', { grant: id });
  }
  return true;
}

/** What kept some of a record's rights from being taken back; nothing where they are. `ended`: as the gate names them. */
async function takeBack(
  { id, request }: OpenGrant,
  ended: string[],
  { gate, fetch }: CleanUpOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    // Roles are named after what they hold, which another version of the core may see otherwise.
    const undated = undatedOf(rightsOf(request));
    const names = undated.map(name => gate.recordedName(name));
    const lost = ended.filter(right => !names.includes(right));
    if (lost.length > 0) {
      return `this version cannot read what was asked for, or names its roles otherwise; take back by hand: ${lost.join(
        '; ',
      )}`;
    }
    const { outcome, diagnostics } = await iamApply(
      {
        ...request,
        mode: 'clean-up',
        keep: undated.filter((_, at) => !ended.includes(names[at])),
        proxyUrl: INNER_URL,
        reason: `end of grant ${id}`,
      },
      { fetch, signal },
    );
    if (outcome === 'applied') return undefined;
    return diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ code, message }) => `${code}: ${message}`)
      .join('; ');
  } catch (error) {
    return (error as Error).message;
  }
}
