import type { MandateRow, NewMandate } from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';

const TABLE = 'vertex_ai_mandates';
const DAY = 24 * 3_600_000;
/** After so many days, the core allows nothing under a mandate any more, and no undo. */
const OVER_DAYS = 2;
/** In place of a request: no plan can be made of it, so no call matches it. */
const FORGOTTEN = '{}';

/** A mandate as `GET …/vertex-ai/mandates/{id}` shows it; times are RFC 3339. */
export interface ShownMandate {
  id: string;
  deployment: string;
  /** Entity ref of the user who gave it. */
  user: string;
  /** Entity ref of what is deployed. */
  entity: string;
  /** The Backstage permission that allowed its creation; absent for mandates of earlier builds. */
  permission?: string;
  createdAt: string;
  expiresAt: string;
  revokedAt?: string;
  revokedBecause?: string;
}

const toShown = (row: any): ShownMandate => ({
  id: row.id,
  deployment: row.deployment,
  user: row.user_ref,
  entity: row.entity_ref,
  permission: row.permission ?? undefined,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at ?? undefined,
  revokedBecause: row.revoked_because ?? undefined,
});

/** Mandates of deployments: one row each, which stays for some time after its expiry. */
export class MandateRecords {
  constructor(private readonly client: Knex) {}

  /**
   * Writes a mandate that a permission of its user allowed. A deployment that has the same plan under an earlier mandate keeps its facts,
   * so that a user who takes it over can remove what it made.
   */
  async begin(mandate: NewMandate, permission: string): Promise<string> {
    const id = randomUUID();
    const { deployment, fingerprint } = mandate;
    await this.client.transaction(async trx => {
      const earlier = await trx(TABLE)
        .where({ deployment, fingerprint })
        .orderBy([{ column: 'created_at', order: 'desc' }, 'id'])
        .first('facts', 'lease');
      await trx(TABLE).insert({
        id,
        deployment,
        user_ref: mandate.user,
        ownership: JSON.stringify(mandate.groups),
        entity_ref: mandate.entity,
        permission,
        request: mandate.request,
        fingerprint,
        created_at: new Date().toISOString(),
        expires_at: mandate.expiresAt,
        lease: earlier?.lease ?? 0,
        facts: earlier?.facts ?? mandate.facts,
        revision: 0,
      });
    });
    return id;
  }

  /** Raises the number of a mandate's lease to this one if it is lower, and returns the mandate. */
  async find(id: string, lease: number): Promise<MandateRow | undefined> {
    await this.client(TABLE)
      .where({ id })
      .where('lease', '<', lease)
      .update({ lease });
    const row = await this.client(TABLE).where({ id }).first();
    return (
      row && {
        deployment: row.deployment,
        user: row.user_ref,
        groups: JSON.parse(row.ownership),
        request: row.request,
        fingerprint: row.fingerprint,
        expiresAt: Date.parse(row.expires_at),
        revokedAt: row.revoked_at ? Date.parse(row.revoked_at) : undefined,
        // PostgreSQL returns a big integer as text.
        lease: Number(row.lease),
        facts: row.facts,
        revision: row.revision,
      }
    );
  }

  /** Replaces a mandate's facts; returns whether its lease has this number, and its facts this revision. */
  async keepFacts(kept: {
    id: string;
    lease: number;
    revision: number;
    facts: string;
  }): Promise<boolean> {
    const { id, lease, revision, facts } = kept;
    const replaced = await this.client(TABLE)
      .where({ id, lease, revision })
      .update({ facts, revision: revision + 1 });
    return replaced === 1;
  }

  async read(id: string): Promise<ShownMandate | undefined> {
    const row = await this.client(TABLE).where({ id }).first();
    return row && toShown(row);
  }

  /** Returns the mandates of a deployment that are not revoked. */
  async open(deployment: string): Promise<ShownMandate[]> {
    const rows = await this.client(TABLE)
      .where({ deployment })
      .whereNull('revoked_at');
    return rows.map(toShown);
  }

  /**
   * Forgets the requests of mandates that are over, their undo included: they hold the annotations of an entity. Whom they were of stays.
   */
  async forgetRequests(): Promise<void> {
    const before = new Date(Date.now() - OVER_DAYS * DAY).toISOString();
    await this.client(TABLE)
      .whereNot({ request: FORGOTTEN })
      .where(over =>
        over
          .where('expires_at', '<', before)
          .orWhere('revoked_at', '<', before),
      )
      .update({ request: FORGOTTEN });
  }

  /** Removes the mandates that expired some days ago; returns how many. */
  async removeOld(days: number): Promise<number> {
    const before = new Date(Date.now() - days * DAY).toISOString();
    return this.client(TABLE).where('expires_at', '<', before).delete();
  }

  /** Revokes a mandate; the first revocation stays. */
  async revoke(id: string, because: string): Promise<void> {
    await this.client(TABLE).where({ id }).whereNull('revoked_at').update({
      revoked_at: new Date().toISOString(),
      revoked_because: because,
    });
  }
}
