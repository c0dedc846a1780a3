import type { LoggerService } from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { Deployments } from './deployments/store';

/** A task's id, which stands in the key of each deployment that one of its steps follows. */
const TASK = /^[\w-]{1,64}$/;

/**
 * Cancels the deployments of a task that its user cancels. A step that runs does the same. After a restart of the portal no step runs for
 * some time, and then Backstage does not run it again: it has removed the credentials of a cancelled task.
 */
export async function cancelWithTasks(options: {
  events: EventsService;
  store: Deployments;
  logger: LoggerService;
}): Promise<void> {
  const { events, store, logger } = options;
  await events.subscribe({
    id: 'vertex-ai-tasks',
    topics: ['scaffolder.task'],
    onEvent: async ({ eventPayload }) => {
      const { taskId, status } = eventPayload as Record<string, unknown>;
      if (status !== 'cancelled' || !TASK.test(String(taskId))) return;
      for (const { id } of await store.followedBy(`scaffolder-${taskId}-`)) {
        if (!(await store.cancel(id, 'plugin:scaffolder'))) continue;
        logger.info('A deployment is cancelled with its task', {
          deployment: id,
        });
      }
    },
  });
}
