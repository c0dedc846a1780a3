import type { SchedulerService } from '@backstage/backend-plugin-api';
import type { AuditRecords } from './audit';
import type { MandateRecords } from './mandates/records';

/** Completes the audit records of processes that have ended: every few minutes, on one replica. */
export async function scheduleSweep(
  scheduler: SchedulerService,
  audit: AuditRecords,
): Promise<void> {
  await scheduler.scheduleTask({
    id: 'vertex-ai-audit-sweep',
    scope: 'global',
    frequency: { minutes: 5 },
    timeout: { minutes: 5 },
    initialDelay: { minutes: 5 },
    fn: () => audit.sweep(),
  });
}

/** Removes mandates that expired some days ago, and the requests of those that are over: once a day, on one replica. */
export async function scheduleRemoval(
  scheduler: SchedulerService,
  mandates: MandateRecords,
  days: number,
): Promise<void> {
  await scheduler.scheduleTask({
    id: 'vertex-ai-mandate-removal',
    scope: 'global',
    frequency: { hours: 24 },
    timeout: { minutes: 30 },
    initialDelay: { minutes: 5 },
    fn: async () => {
      await mandates.removeOld(days);
      await mandates.forgetRequests();
    },
  });
}
