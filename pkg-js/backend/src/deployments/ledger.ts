import type { LedgerEntry } from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';
import { toText, type Clock } from '../clock';
import { LeaseLost, query } from '../query';
import { DEPLOYMENTS, type Row } from './row';

const LEDGER = 'vertex_ai_ledger';

/** Maximum size of an entry, in bytes of its JSON text. */
const MAX_ENTRY = 16 * 1024;

/** Kinds of entries after which a run removes nothing more: of one thing, and of all. */
const GIVEN_UP = ['kept', 'end'];

/** Ledgers of runs: what each intended to change, and what came of it. Only the core reads the entries. */
export class Ledger {
  constructor(
    private readonly client: Knex,
    private readonly clock: Clock = Date,
  ) {}

  async read(run: string): Promise<LedgerEntry[]> {
    const rows = await query(() =>
      this.client(LEDGER).where({ run }).orderBy('seq').select('entry'),
    );
    return rows.map(({ entry }) => JSON.parse(entry));
  }

  /**
   * Lets a run that has ended begin its removal anew, in a transaction that lets the run go on: forgets its end, and what it gave up.
   *
   * @returns whether it had begun a removal
   */
  async removeAgain(trx: Knex, { id: run }: Row): Promise<boolean> {
    const rows = await trx(LEDGER).where({ run }).orderBy('seq');
    const kindOf = ({ entry }: { entry: string }) => JSON.parse(entry).kind;
    if (!rows.some(row => kindOf(row) === 'failing')) return false;
    const kept = rows.filter(row => !GIVEN_UP.includes(kindOf(row)));
    await trx(LEDGER).where({ run }).delete();
    for (const [at, row] of kept.entries()) {
      const seq = at + 1;
      const entry = JSON.stringify({ ...JSON.parse(row.entry), seq });
      await trx(LEDGER).insert({ ...row, seq, entry });
    }
    return true;
  }

  /**
   * Makes an entry durable while a lease is held: the check and the insert are one transaction, which locks the lease's row. So a paused
   * process that wakes up after a take-over writes nothing.
   *
   * @throws LeaseLost where another runner holds the lease, or the deployment has ended
   */
  async write(run: string, lease: number, entry: LedgerEntry): Promise<void> {
    const text = JSON.stringify(entry);
    if (Buffer.byteLength(text) > MAX_ENTRY) {
      throw new Error('an entry of the ledger is too large');
    }
    await query(() =>
      this.client.transaction(async trx => {
        const held = await trx<Row>(DEPLOYMENTS)
          .where({ id: run, lease, ended: false })
          .update({ lease });
        if (held !== 1) throw new LeaseLost();
        await trx(LEDGER).insert({
          run,
          seq: entry.seq,
          lease,
          created_at: toText(this.clock.now()),
          entry: text,
        });
      }),
    );
  }
}
