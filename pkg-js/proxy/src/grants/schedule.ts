import type { SchedulerService } from '@backstage/backend-plugin-api';
import { cleanUp, type CleanUpOptions } from './cleanUp';

/** Schedules the clean-up of expired grants, on one replica at a time. */
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
