// Audit records of calls whose answers are lost. The portal looks after them some time after the end of a deployment; here, the tables say
// that this time has passed.
import { setTimeout } from 'node:timers/promises';
import { auditRows, withTables } from './tables.mjs';

const MINUTE = 60_000;
/** No call lasts longer, nor does a pause between two looks matter here. */
const LONGEST_CALL = 15 * MINUTE;
/** How long the portal may take to look, in milliseconds. */
const PATIENCE = 60_000;
/** How long it looks at least: what nothing can show must stay as it is. */
const LEAST = 8_000;

export const isOpen = ({ outcome }) => ['pending', 'unknown'].includes(outcome);
const ago = millis => new Date(Date.now() - millis).toISOString();

/** Lets the portal look at a time, in milliseconds since 1970. */
const lookAt = time =>
  withTables('vertex-ai', client =>
    client('vertex_ai_deployments')
      .whereNotNull('settle_at')
      .update({ settle_at: time }),
  );

/** Lets pending calls outlast their process: the portal that starts calls them unknown. Their times stay those of the calls. */
async function endPending(portal, rows) {
  const pending = rows.filter(({ outcome }) => outcome === 'pending');
  if (pending.length === 0) return;
  const since = ago(LONGEST_CALL + 2 * MINUTE);
  const move = at =>
    withTables('proxy', async client => {
      for (const row of pending) {
        const { id } = row;
        const update = { created_at: at(row) };
        await client('vertex_ai_audit').where({ id }).update(update);
      }
    });
  // No look compares these times with those of the other calls.
  await lookAt(Date.now() + LONGEST_CALL);
  await move(() => since);
  await portal.restart();
  await move(row => row.created_at);
}

/** No request is on its way any more. */
const letTimePass = () =>
  withTables('proxy', client =>
    client('vertex_ai_audit')
      .where({ outcome: 'unknown' })
      .update({ finished_at: ago(2 * MINUTE) }),
  );

/** The portal looks for no outcome any longer, in milliseconds. */
const LOOKED_FOR = 8 * 24 * 60 * MINUTE;

/**
 * Parts what was recorded so far from what follows: the emulator numbers operations anew after a reset, which Google does not. An outcome
 * that stays unknown is looked for no longer, so that no answer of this round is compared with calls of earlier ones.
 */
export const partRounds = () =>
  withTables('proxy', client =>
    client('vertex_ai_audit').update({ created_at: ago(LOOKED_FOR) }),
  );

/**
 * Returns the audit records since a time, once the portal has settled what it can. `canSettle` tells of records whether a read can show the
 * outcome of any of them.
 */
export async function settledRows(portal, since, canSettle) {
  const rows = (await auditRows()).filter(row => row.created_at >= since);
  const ids = new Set(rows.map(({ id }) => id));
  const read = async () => (await auditRows()).filter(({ id }) => ids.has(id));
  if (!rows.some(isOpen)) return rows;
  await endPending(portal, rows);
  await letTimePass();
  const begun = Date.now();
  const isDue = present =>
    present.some(isOpen) &&
    Date.now() < begun + (canSettle(present) ? PATIENCE : LEAST);
  while (isDue(await read())) {
    await lookAt(0);
    await setTimeout(500);
  }
  return read();
}
