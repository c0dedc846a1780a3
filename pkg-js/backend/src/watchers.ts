import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { SignalsService } from '@backstage/plugin-signals-node';
import type { Deployments, Moved } from './deployments/store';
import { nameOf } from './callers';

/** The channel of the signals. */
const CHANNEL = 'vertex-ai:deployments';
/** How long a user who read an entity's deployments is told about them, in milliseconds. A page reads them more often. */
const WATCH_MILLIS = 60_000;

/** Signals to users that a deployment has another state. A signal carries the deployment's id, and nothing of it. */
export class Watchers {
  /** Until when users watch, by entity and user. */
  private readonly until = new Map<string, Map<string, number>>();

  constructor(
    store: Deployments,
    private readonly signals: SignalsService,
  ) {
    store.changes.on('moved', (moved: Moved) => this.signal(moved));
  }

  /** Notes that a user may read the deployments of an entity, and has just read them. */
  see(entityRef: string, credentials: BackstageCredentials): void {
    const { type } = credentials.principal as { type: string };
    if (type !== 'user') return;
    const users = this.until.get(entityRef) ?? new Map<string, number>();
    this.until.set(entityRef, users);
    users.set(nameOf(credentials), Date.now() + WATCH_MILLIS);
  }

  private signal({ id, entityRef, user }: Moved): void {
    const users = this.until.get(entityRef) ?? new Map<string, number>();
    for (const [name, until] of users) {
      if (until < Date.now()) users.delete(name);
    }
    if (users.size === 0) this.until.delete(entityRef);
    // Whoever misses a signal reads the deployment a little later.
    this.signals
      .publish({
        channel: CHANNEL,
        recipients: {
          type: 'user',
          entityRef: [...new Set([user, ...users.keys()])],
        },
        message: { id },
      })
      .catch(() => {});
  }
}
