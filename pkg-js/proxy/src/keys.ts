import type { PublicKey } from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';

const TABLE = 'vertex_ai_signing_keys';
/** Lifetime of an answer, in milliseconds: the keys are public, so requests must not reach the database one by one. */
const LIFETIME = 1000;
/** Maximum duration of a query, in milliseconds; concurrent requests share it. */
const PATIENCE = 10_000;

/** A JWK set, RFC 7517. */
interface KeySet {
  keys: object[];
}

/** Public keys of all replicas, until no assertion signed with them is valid. */
export class PublicKeys {
  private answer?: Promise<KeySet>;

  constructor(private readonly client: Knex) {}

  async publish({ kid, jwk, expiresAt }: PublicKey): Promise<void> {
    await this.client(TABLE)
      .where('expires_at', '<', new Date().toISOString())
      .delete();
    await this.client(TABLE).insert({
      kid,
      jwk: JSON.stringify(jwk),
      expires_at: expiresAt,
    });
    this.answer = undefined;
  }

  /** Returns the published keys, at most a second old. */
  jwks(): Promise<KeySet> {
    if (this.answer) return this.answer;
    const answer = this.read();
    const forget = () => {
      if (this.answer === answer) this.answer = undefined;
    };
    answer.then(() => setTimeout(forget, LIFETIME).unref(), forget);
    this.answer = answer;
    return answer;
  }

  private async read(): Promise<KeySet> {
    const rows = await this.client(TABLE)
      .where('expires_at', '>=', new Date().toISOString())
      .select('jwk')
      .timeout(PATIENCE);
    return { keys: rows.map(row => JSON.parse(row.jwk)) };
  }
}
