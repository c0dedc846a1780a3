import type { EventsService } from '@backstage/plugin-events-node';
import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { describeOnDatabases, migrated } from './__testUtils__/databases';
import { Deployments } from './deployments/store';
import { cancelWithTasks } from './taskCancellations';

describeOnDatabases('a cancelled task', create => {
  let client: Knex;
  let store: Deployments;
  const cancelled: string[] = [];

  beforeEach(async () => {
    client = await migrated(await create());
    store = new Deployments(client);
    cancelled.length = 0;
    store.changes.on('cancel', id => cancelled.push(id));
  });
  afterEach(() => client.destroy());

  /** What Backstage calls at each event of a task. */
  async function subscription() {
    let publish: (payload: object) => Promise<void>;
    const events: Partial<EventsService> = {
      subscribe: async ({ topics, onEvent }) => {
        expect(topics).toEqual(['scaffolder.task']);
        publish = eventPayload => onEvent({ topic: topics[0], eventPayload });
      },
    };
    await cancelWithTasks({
      events: events as EventsService,
      store,
      logger: mockServices.logger.mock(),
    });
    return publish!;
  }

  const add = (id: string, key: string, actor?: string) =>
    store.add({
      id,
      kind: 'deploy',
      key,
      fingerprint: 'f',
      entityRef: 'component:default/a',
      user: 'user:default/alice',
      actor,
      request: { kind: 'deploy', runId: id, source: { text: '' }, reason: '' },
      kin: 'm|n1',
      life: { state: 'pending' },
    });

  it('cancels the deployments that its steps wait for, and no other', async () => {
    const publish = await subscription();
    const scaffolder = 'plugin:scaffolder';
    await add('followed', 'scaffolder-task_1-abc-1', scaffolder);
    await add('ended', 'scaffolder-task_1-def-1', scaffolder);
    await add('started', 'scaffolder-started-task_1-abc-1', scaffolder);
    await add('other', 'scaffolder-taskX1-abc-1', scaffolder);
    await add('own', 'scaffolder-task_1-ghi-1');
    await store.record('ended', { refused: { diagnostics: [] } });

    await publish({ taskId: 'task_1', status: 'processing' });
    await publish({ taskId: '%', status: 'cancelled' });
    expect(cancelled).toEqual([]);
    await publish({ taskId: 'task_1', status: 'cancelled' });
    expect(cancelled).toEqual(['followed']);
    expect(await store.find('followed')).toMatchObject({
      cancel_requested_by: scaffolder,
    });
  });

  it('keeps who wished the cancellation first', async () => {
    const publish = await subscription();
    await add('followed', 'scaffolder-task-1-abc-1', 'plugin:scaffolder');
    await store.cancel('followed', 'user:default/alice');
    await publish({ taskId: 'task-1', status: 'cancelled' });
    expect(await store.find('followed')).toMatchObject({
      cancel_requested_by: 'user:default/alice',
    });
  });
});
