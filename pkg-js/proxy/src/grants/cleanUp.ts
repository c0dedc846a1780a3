import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Host } from '@backstage-vertex-ai/core';
import { iamApply, iamPlan } from '@backstage-vertex-ai/core/server';
import { INNER_URL } from '../innerFetch';
import { nameOf, type GrantRecords, type OpenGrant } from './records';

const MINUTE = 60_000;
const FIRST_PAUSE = 2 * MINUTE;
/** However often it failed, it is tried again after this: rights that have ended must go. */
const LONGEST_PAUSE = 24 * 60 * MINUTE;
/** So many in one round; the next one takes the others. */
const MOST = 50;

export interface CleanUpOptions {
  records: GrantRecords;
  fetch: Host['fetch'];
  logger: LoggerService;
}

/** Whether another grant that lasts holds some of the same rights: taking them back would take its rights, too. */
const isSharedWith = (grant: OpenGrant, now: number) => (other: OpenGrant) =>
  Date.parse(other.endsAt) > now &&
  other.undated.some(right => grant.undated.includes(right));

/** The pause before the next try: it doubles, and a random half of it is left out. */
function pauseAfter(tries: number): number {
  const longest = Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE);
  return longest * (0.5 + Math.random() / 2);
}

/** Takes back what has ended; a row is done when Google has answered that its rights are gone. */
export async function cleanUp(
  { records, fetch, logger }: CleanUpOptions,
  signal: AbortSignal,
): Promise<void> {
  const now = Date.now();
  const open = await records.open();
  const due = open.filter(
    grant =>
      Date.parse(grant.nextTryAt) <= now &&
      Date.parse(grant.endsAt) <= now &&
      !open.some(isSharedWith(grant, now)),
  );
  for (const grant of due.slice(0, MOST)) {
    if (signal.aborted) return;
    const error = await takeBack(grant, fetch, signal);
    if (signal.aborted) return;
    if (error === undefined) {
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

/** What kept the rights from being taken back; nothing where they are. */
async function takeBack(
  { id, request, undated }: OpenGrant,
  fetch: Host['fetch'],
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    // Roles are named after what they hold, which another version of the core may see otherwise.
    const known = iamPlan(request).request?.grants.map(nameOf) ?? [];
    const lost = undated.filter(right => !known.includes(right));
    if (lost.length > 0) {
      return `this version names other roles than were given; take back by hand: ${lost.join(
        '; ',
      )}`;
    }
    const { outcome, diagnostics } = await iamApply(
      {
        ...request,
        mode: 'clean-up',
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
