import type {
  AuthService,
  DiscoveryService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import type { EventsService } from '@backstage/plugin-events-node';
import type { Clock } from './clock';
import type { Row } from './deployments/row';
import type { Deployments } from './deployments/store';

/** A task's id, which stands in the key of each deployment that one of its steps follows. */
const TASK = /^[\w-]{1,64}$/;
/** The key of such a deployment: its task, its step, and the attempt. */
const KEY = /^scaffolder-(?!started-)([\w-]{1,64})-[0-9a-f]{16}-\d+$/;
/** How long the scaffolder may take for an answer, in milliseconds. */
const PATIENCE = 10_000;
/** After the first question without an answer, in milliseconds; the pause doubles with each, and is spread by chance. */
const PAUSE = 2_000;
/** So that a scaffolder may be away for about half an hour. */
const TRIES = 10;

/** Reads the events of a task, as the API of the scaffolder serves them. */
export type ReadTaskEvents = (taskId: string) => Promise<Response>;

/** Reads tasks as this plugin, in the name of no user. */
export function createTaskEvents(options: {
  auth: AuthService;
  discovery: DiscoveryService;
}): ReadTaskEvents {
  const { auth, discovery } = options;
  return async taskId => {
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: await auth.getOwnServiceCredentials(),
      targetPluginId: 'scaffolder',
    });
    const base = await discovery.getBaseUrl('scaffolder');
    return fetch(`${base}/v2/tasks/${taskId}/events`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    });
  };
}

interface Question {
  task: string;
  tries: number;
  due: number;
}

/**
 * Cancels the deployments of a task that its user cancels. A step that runs does the same. After a restart of the portal no step runs for
 * some time, and then Backstage does not run it again: it has removed the credentials of a cancelled task.
 */
export class TaskCancellations {
  /** What is still to be asked, by deployment. */
  private readonly questions = new Map<string, Question>();
  private readonly clock: Clock;

  constructor(
    private readonly options: {
      store: Deployments;
      readEvents: ReadTaskEvents;
      logger: LoggerService;
      clock?: Clock;
    },
  ) {
    this.clock = options.clock ?? Date;
  }

  /** Learns of a task that is cancelled from now on. */
  async subscribe(events: EventsService): Promise<void> {
    await events.subscribe({
      id: 'vertex-ai-tasks',
      topics: ['scaffolder.task'],
      onEvent: async ({ eventPayload }) => {
        const { taskId, status } = eventPayload as Record<string, unknown>;
        if (status !== 'cancelled' || !TASK.test(String(taskId))) return;
        const { store } = this.options;
        for (const { id } of await store.followedBy(`scaffolder-${taskId}-`)) {
          await this.cancel(id);
        }
      },
    });
  }

  /** Asks for the task of a deployment that this process takes over: the one that died may have been told, and nobody else. */
  takenOver({ id, actor, idempotency_key: key }: Row): void {
    if (actor !== 'plugin:scaffolder') return;
    const task = KEY.exec(key ?? '')?.[1];
    if (task) this.questions.set(id, { task, tries: 0, due: 0 });
  }

  /** Asks what is to be asked now. */
  async poll(): Promise<void> {
    for (const [id, question] of this.questions) {
      if (this.clock.now() < question.due) continue;
      try {
        if (await this.wasCancelled(question.task)) await this.cancel(id);
        this.questions.delete(id);
      } catch (error) {
        this.postpone(id, question, (error as Error).name);
      }
    }
  }

  private async wasCancelled(task: string): Promise<boolean> {
    const response = await this.options.readEvents(task);
    if (!response.ok) {
      await response.body?.cancel();
      // A task that is gone is not cancelled any more.
      if (response.status === 404) return false;
      throw new Error(`status ${response.status}`);
    }
    const events = (await response.json()) as { type: string }[];
    return events.some(({ type }) => type === 'cancelled');
  }

  private postpone(id: string, question: Question, why: string): void {
    const { logger } = this.options;
    question.tries += 1;
    const pause = PAUSE * 2 ** question.tries * (0.5 + Math.random() / 2);
    question.due = this.clock.now() + pause;
    if (question.tries < TRIES) return;
    this.questions.delete(id);
    logger.warn(
      `The scaffolder does not tell whether the task was cancelled: ${why}`,
      {
        deployment: id,
      },
    );
  }

  private async cancel(id: string): Promise<void> {
    const { store, logger } = this.options;
    if (!(await store.cancel(id, 'plugin:scaffolder'))) return;
    logger.info('A deployment is cancelled with its task', { deployment: id });
  }
}
