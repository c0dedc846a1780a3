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

/** Moves what is open into the past: a pending call has outlasted its process, and no request is on its way. */
async function letTimePass() {
  await withTables('proxy', async client => {
    const of = outcome => client('vertex_ai_audit').where({ outcome });
    await of('pending').update({ created_at: ago(LONGEST_CALL + 2 * MINUTE) });
    await of('unknown').update({ finished_at: ago(2 * MINUTE) });
  });
}

/** Puts an hour between what was recorded so far and what follows: the emulator numbers operations anew after a reset, which Google does not. */
export const partRounds = () =>
  withTables('proxy', client =>
    client('vertex_ai_audit').update({ created_at: ago(60 * MINUTE) }),
  );

const lookNow = () =>
  withTables('vertex-ai', client =>
    client('vertex_ai_deployments')
      .whereNotNull('settle_at')
      .update({ settle_at: 0 }),
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
  await letTimePass();
  const begun = Date.now();
  const isDue = present =>
    present.some(isOpen) &&
    Date.now() < begun + (canSettle(present) ? PATIENCE : LEAST);
  while (isDue(await read())) {
    await lookNow();
    await setTimeout(500);
  }
  const rest = await read();
  if (!rest.some(({ outcome }) => outcome === 'pending')) return rest;
  // A portal that starts calls what is left unknown.
  await portal.restart();
  return read();
}
