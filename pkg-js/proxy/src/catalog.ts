import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { Gate } from '@backstage-vertex-ai/core/server';
import { Refusal } from './refusal';

/** How old the entities with annotations of ours may be, in milliseconds. */
const CLAIMS_MILLIS = 5_000;
/** How old users, groups and their relations may be, in milliseconds. */
const MEMBERS_MILLIS = 30_000;
/** Maximum number of remembered answers about users and groups. */
const MOST = 1_000;
/** Entities in one page. */
const PAGE = 1_000;

const NAME = ['kind', 'metadata.name', 'metadata.namespace'];
const CLAIM = [...NAME, 'metadata.annotations'];
const MEMBER = [...NAME, 'relations'];

const { prefix } = Gate.facts();

interface Remembered {
  at: number;
  entities: Promise<Entity[]>;
}

/** Reads the catalog as this plugin: which entities claim endpoints, and who belongs to which groups. */
export class CatalogReader {
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    private readonly options: { auth: AuthService; catalog: CatalogService },
  ) {}

  /** Returns every entity with annotations of ours. */
  claims(): Promise<Entity[]> {
    return this.remember('claims', CLAIMS_MILLIS, () => this.readClaims());
  }

  /** Returns those of some entities that the catalog has, with their relations. */
  members(refs: string[]): Promise<Entity[]> {
    const key = JSON.stringify([...refs].sort());
    return this.remember(key, MEMBERS_MILLIS, () => this.read(refs, MEMBER));
  }

  /** Returns those of some refs whose entities the caller may read. */
  async visible(
    entityRefs: string[],
    credentials: BackstageCredentials,
  ): Promise<Set<string>> {
    if (entityRefs.length === 0) return new Set();
    const { items } = await this.options.catalog.getEntitiesByRefs(
      { entityRefs, fields: NAME },
      { credentials },
    );
    const found = items.filter(entity => entity !== undefined);
    return new Set(found.map(entity => stringifyEntityRef(entity)));
  }

  /**
   * Returns those of some entities that the catalog has now, with their annotations, and every entity with annotations of ours.
   *
   * @throws Refusal where the catalog does not answer
   */
  async around(
    refs: string[],
  ): Promise<{ entities: Entity[]; claims: Entity[] }> {
    try {
      const [entities, claims] = await Promise.all([
        this.read(refs, CLAIM),
        this.claims(),
      ]);
      return { entities, claims };
    } catch {
      throw Refusal.because(
        503,
        'portal/refused',
        "the portal's catalog is unavailable",
        'try again later',
      );
    }
  }

  private async credentials() {
    return { credentials: await this.options.auth.getOwnServiceCredentials() };
  }

  private async read(entityRefs: string[], fields: string[]) {
    const { items } = await this.options.catalog.getEntitiesByRefs(
      { entityRefs, fields },
      await this.credentials(),
    );
    return items.filter(entity => entity !== undefined);
  }

  /** The catalog finds annotations by their whole keys only, and the name of an environment is part of a key: so all entities are read. */
  private async readClaims(): Promise<Entity[]> {
    const { catalog } = this.options;
    const claims: Entity[] = [];
    let cursor: string | undefined;
    do {
      const { items, pageInfo } = await catalog.queryEntities(
        { fields: CLAIM, limit: PAGE, ...(cursor && { cursor }) },
        await this.credentials(),
      );
      claims.push(
        ...items.filter(({ metadata }) =>
          Object.keys(metadata.annotations ?? {}).some(key =>
            key.startsWith(prefix),
          ),
        ),
      );
      cursor = pageInfo.nextCursor;
    } while (cursor);
    return claims;
  }

  /** Shares an answer for some time. A failure is not remembered. */
  private remember(
    key: string,
    millis: number,
    read: () => Promise<Entity[]>,
  ): Promise<Entity[]> {
    const now = Date.now();
    const known = this.remembered.get(key);
    if (known && known.at <= now && now - known.at < millis) {
      return known.entities;
    }
    if (this.remembered.size >= MOST) this.remembered.clear();
    const entities = read();
    this.remembered.set(key, { at: now, entities });
    entities.catch(() => {
      if (this.remembered.get(key)?.entities === entities) {
        this.remembered.delete(key);
      }
    });
    return entities;
  }
}
