import type { PublicKey } from '@backstage-vertex-ai/core/server';
import type { Knex } from 'knex';

const TABLE = 'vertex_ai_signing_keys';

/** Public halves of the keys that replicas sign with, until nothing signed with them can be valid any more. */
export class PublicKeys {
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
  }

  /** A JWK set, RFC 7517. */
  async jwks(): Promise<{ keys: object[] }> {
    const rows = await this.client(TABLE)
      .where('expires_at', '>=', new Date().toISOString())
      .select('jwk');
    return { keys: rows.map(row => JSON.parse(row.jwk)) };
  }
}
