import type { PublicKey } from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';

const TABLE = 'vertex_ai_signing_keys';
/** Anybody may ask for the keys, so the database is asked once in so many milliseconds at most. */
const KEPT = 1000;
/** So long may the database take to answer: whoever asks meanwhile waits for the same answer. */
const LONGEST = 10_000;

/** A JWK set, RFC 7517. */
interface KeySet {
  keys: object[];
}

/** Public halves of the keys that replicas sign with, until nothing signed with them can be valid any more. */
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

  /** What is published, as it was a second ago at most. */
  jwks(): Promise<KeySet> {
    if (this.answer) return this.answer;
    const answer = this.read();
    const forget = () => {
      if (this.answer === answer) this.answer = undefined;
    };
    answer.then(() => setTimeout(forget, KEPT).unref(), forget);
    this.answer = answer;
    return answer;
  }

  private async read(): Promise<KeySet> {
    const rows = await this.client(TABLE)
      .where('expires_at', '>=', new Date().toISOString())
      .select('jwk')
      .timeout(LONGEST);
    return { keys: rows.map(row => JSON.parse(row.jwk)) };
  }
}
