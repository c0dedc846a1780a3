import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Progress } from '@backstage-vertex-ai/core/server';
import type { Deployments } from './deployments/store';

/** Writes the progress of one run, in its order. What cannot be written is lost: no decision rests on it. */
export class ProgressWriter {
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Deployments,
    private readonly id: string,
    private readonly lease: number,
    private readonly logger: LoggerService,
  ) {}

  add(progress: Progress): void {
    this.last = this.last.then(() => this.write(progress));
  }

  /** Resolves when everything said so far is written. */
  drained(): Promise<void> {
    return this.last;
  }

  private async write(progress: Progress): Promise<void> {
    const { store, id, lease, logger } = this;
    try {
      await store.record(id, { progress }, { lease });
    } catch (error) {
      logger.warn(`An event is lost: ${(error as Error).name}`, {
        deployment: id,
      });
    }
  }
}
