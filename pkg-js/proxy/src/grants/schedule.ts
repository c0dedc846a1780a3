import type { SchedulerService } from '@backstage/backend-plugin-api';
import { cleanUp, type CleanUpOptions } from './cleanUp';

/** Looks every few minutes whether something has ended: one replica for all of them, after a restart as before. */
export async function scheduleCleanUp(
  scheduler: SchedulerService,
  options: CleanUpOptions,
): Promise<void> {
  await scheduler.scheduleTask({
    id: 'vertex-ai-clean-up',
    scope: 'global',
    frequency: { minutes: 5 },
    timeout: { minutes: 15 },
    // The portal starts first.
    initialDelay: { seconds: 30 },
    fn: signal => cleanUp(options, signal),
  });
}
