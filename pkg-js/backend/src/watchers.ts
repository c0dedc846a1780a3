import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { SignalsService } from '@backstage/plugin-signals-node';
import type { Moved } from './deployments/recorder';
import type { Deployments } from './deployments/store';
import { nameOf } from './callers';

/** The channel of the signals. */
const CHANNEL = 'vertex-ai:deployments';
/** How long a user who read an entity's deployments is told about them, in milliseconds. A page reads them more often. */
const WATCH_MILLIS = 60_000;
/** Between two looks for states that other processes wrote, in milliseconds. */
export const WATCH_LOOK_MILLIS = 500;

/** Signals to users that a deployment has another state. A signal carries the deployment's id, and nothing of it. */
export class Watchers {
  /** Until when users watch, by entity and user. */
  private readonly until = new Map<string, Map<string, number>>();
  /** States that need no signal, by the ids of deployments. */
  private known = new Map<string, string>();

  constructor(
    private readonly store: Deployments,
    private readonly signals: SignalsService,
  ) {
    store.changes.on('moved', (moved: Moved) => {
      this.known.set(moved.id, moved.state);
      this.signal(moved, [moved.user]);
    });
  }

  /** Notes that a user may read the deployments of an entity, and has just read this one. */
  see(
    { id, entityRef, state }: Omit<Moved, 'user'>,
    credentials: BackstageCredentials,
  ): void {
    const { type } = credentials.principal as { type: string };
    if (type !== 'user') return;
    const users = this.until.get(entityRef) ?? new Map<string, number>();
    this.until.set(entityRef, users);
    users.set(nameOf(credentials), Date.now() + WATCH_MILLIS);
    if (!this.known.has(id)) this.known.set(id, state);
  }

  /** Looks for states that other processes wrote: one query for all entities that are watched, none where none is. */
  async look(): Promise<void> {
    const watched = [...this.until.keys()].filter(
      entityRef => this.users(entityRef).length > 0,
    );
    if (watched.length === 0) {
      this.known.clear();
      return;
    }
    const before = new Map(this.known);
    const found = await this.store.moving(watched);
    // What was noted meanwhile is newer than what was found.
    const noted = [...this.known].filter(
      ([id, state]) => before.get(id) !== state,
    );
    for (const moved of found) {
      if (this.known.get(moved.id) !== moved.state) this.signal(moved, []);
    }
    this.known = new Map([
      ...found.map(({ id, state }) => [id, state] as const),
      ...noted,
    ]);
  }

  /** Returns the users who watch an entity. */
  private users(entityRef: string): string[] {
    const users = this.until.get(entityRef) ?? new Map<string, number>();
    for (const [name, until] of users) {
      if (until < Date.now()) users.delete(name);
    }
    if (users.size === 0) this.until.delete(entityRef);
    return [...users.keys()];
  }

  private signal({ id, entityRef }: Moved, more: string[]): void {
    const recipients = [...new Set([...more, ...this.users(entityRef)])];
    // Whoever misses a signal reads the deployment a little later.
    this.signals
      .publish({
        channel: CHANNEL,
        recipients: { type: 'user', entityRef: recipients },
        message: { id },
      })
      .catch(() => {});
  }
}
