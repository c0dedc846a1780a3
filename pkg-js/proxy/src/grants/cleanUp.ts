import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Host } from '@backstage-vertex-ai/core';
import { iamApply } from '@backstage-vertex-ai/core/server';
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
  { records, audit, fetch, logger }: CleanUpOptions,
  signal: AbortSignal,
): Promise<void> {
  const now = Date.now();
  const open = await records.open();
  const isOver = ({ endsAt }: OpenGrant) => Date.parse(endsAt) <= now;
  const lasting = open
    .filter(grant => !isOver(grant))
    .flatMap(({ undated }) => undated);
  const due = open.filter(
    grant =>
      Date.parse(grant.nextTryAt) <= now &&
      isOver(grant) &&
      (grant.undated.length === 0 ||
        !grant.undated.every(right => lasting.includes(right))),
  );
  let tried = 0;
  for (const grant of due) {
    if (signal.aborted || tried === MOST) return;
    const changed = await audit.policiesChanged(grant);
    if (changed.size === 0) {
      if (Date.parse(grant.begunAt) + LONGEST_RUN > now) continue;
      await records.withdraw(grant.id);
      logger.info('Recorded rights were not given', { grant: grant.id });
      continue;
    }
    tried += 1;
    // What was there already somebody else gave.
    const given = grant.undated.filter(right =>
      changed.has(readName(right).resource),
    );
    const left = given.filter(right => lasting.includes(right));
    const ended = given.filter(right => !left.includes(right));
    const error = await takeBack(grant, ended, fetch, signal);
    if (signal.aborted) return;
    if (error === undefined && left.length > 0) {
      await records.narrow(grant.id, left);
    } else if (error === undefined) {
      await records.done(grant.id);
      logger.info('Rights that had ended were taken back', { grant: grant.id });
    } else {
      const next = new Date(now + pauseAfter(grant.tries));
      await records.failed(grant.id, error, next);
      logger.warn(`Rights that have ended are not taken back: ${error}`, {
        grant: grant.id,
      });
    }
  }
}

/** What kept some of a record's rights from being taken back; nothing where they are. */
async function takeBack(
  { id, request }: OpenGrant,
  ended: string[],
  fetch: Host['fetch'],
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    // Roles are named after what they hold, which another version of the core may see otherwise.
    const undated = undatedOf(rightsOf(request));
    const lost = ended.filter(right => !undated.includes(right));
    if (lost.length > 0) {
      return `this version names other roles than were given; take back by hand: ${lost.join(
        '; ',
      )}`;
    }
    const { outcome, diagnostics } = await iamApply(
      {
        ...request,
        mode: 'clean-up',
        keep: undated.filter(right => !ended.includes(right)),
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
