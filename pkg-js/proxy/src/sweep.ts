import type { SchedulerService } from '@backstage/backend-plugin-api';
import type { AuditRecords } from './audit';

/** Completes the audit records of processes that have ended: now, and every few minutes on one replica. */
export async function scheduleSweep(
  scheduler: SchedulerService,
  audit: AuditRecords,
): Promise<void> {
  await audit.sweep();
  await scheduler.scheduleTask({
    id: 'vertex-ai-audit-sweep',
    scope: 'global',
    frequency: { minutes: 5 },
    timeout: { minutes: 5 },
    initialDelay: { minutes: 5 },
    fn: () => audit.sweep(),
  });
}
