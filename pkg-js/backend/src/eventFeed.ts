import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Deployments } from './deployments/store';

/** Between two looks for events that other processes wrote, in milliseconds. */
const LOOK_MILLIS = 250;
const BATCH = 500;

/** Wakes viewers of deployments. All viewers of a process share one query, whatever their number. */
export class EventFeed {
  private readonly viewers = new Map<string, Set<() => void>>();
  private readonly seen = new Map<string, number>();
  private timer?: NodeJS.Timeout;
  /** Whether the process is about to end. */
  stopped = false;

  constructor(
    private readonly store: Deployments,
    private readonly logger: LoggerService,
  ) {
    store.changes.on('change', (id: string) => this.wake(id));
  }

  /** Calls `wake` after each change of a deployment. Returns how to end that. */
  watch(id: string, wake: () => void): () => void {
    const viewers = this.viewers.get(id) ?? new Set();
    this.viewers.set(id, viewers.add(wake));
    if (this.stopped) wake();
    else this.timer ??= setTimeout(() => this.look(), LOOK_MILLIS);
    return () => {
      viewers.delete(wake);
      if (viewers.size === 0) {
        this.viewers.delete(id);
        this.seen.delete(id);
      }
    };
  }

  /** Wakes every viewer a last time: open streams would hold the process's end up. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const id of this.viewers.keys()) this.wake(id);
  }

  private wake(id: string): void {
    this.viewers.get(id)?.forEach(wake => wake());
  }

  private async look(): Promise<void> {
    const ids = [...this.viewers.keys()];
    try {
      for (let from = 0; from < ids.length; from += BATCH) {
        const last = await this.store.lastEvents(ids.slice(from, from + BATCH));
        for (const [id, seq] of last) {
          if (this.seen.get(id) === seq) continue;
          if (this.viewers.has(id)) this.seen.set(id, seq);
          this.wake(id);
        }
      }
    } catch (error) {
      this.logger.warn(
        `Events of deployments cannot be read: ${(error as Error).message}`,
      );
    }
    if (!this.timer) return;
    this.timer =
      this.viewers.size > 0
        ? setTimeout(() => this.look(), LOOK_MILLIS)
        : undefined;
  }
}
