import type { EventsService } from '@backstage/plugin-events-node';
import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { describeOnDatabases, migrated } from './__testUtils__/databases';
import { Deployments } from './deployments/store';
import { TaskCancellations } from './taskCancellations';

describeOnDatabases('a cancelled task', create => {
  let client: Knex;
  let store: Deployments;
  let tasks: TaskCancellations;
  const cancelled: string[] = [];
  const asked: string[] = [];
  const logger = mockServices.logger.mock();
  const clock = { time: 0, now: () => clock.time };
  /** What the scaffolder answers. */
  let answer: () => Response;

  beforeEach(async () => {
    client = await migrated(await create());
    store = new Deployments(client);
    cancelled.length = 0;
    asked.length = 0;
    logger.warn.mockClear();
    tasks = new TaskCancellations({
      store,
      readEvents: async task => {
        asked.push(task);
        return answer();
      },
      logger,
      clock,
    });
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
    await tasks.subscribe(events as EventsService);
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

  const TASK = '7a1b6c1e-0f52-4c55-9d0a-0c0a5d1f6a77';
  const STEP = '0123456789abcdef';
  const SCAFFOLDER = 'plugin:scaffolder';
  const events = (...types: string[]) =>
    Response.json(types.map(type => ({ type, body: {} })));

  /** A deployment that another process has left behind. */
  async function takeOver(key: string, actor?: string) {
    await add('left', key, actor);
    tasks.takenOver((await store.find('left'))!);
  }

  it('is asked for where its deployment is taken over', async () => {
    answer = () => events('log', 'cancelled', 'recovered');
    await takeOver(`scaffolder-${TASK}-${STEP}-2`, SCAFFOLDER);
    await tasks.poll();
    await tasks.poll();
    expect(asked).toEqual([TASK]);
    expect(cancelled).toEqual(['left']);
  });

  it('is told from one that goes on, and from one that is gone', async () => {
    answer = () => events('log', 'recovered');
    await takeOver(`scaffolder-${TASK}-${STEP}-1`, SCAFFOLDER);
    await tasks.poll();
    answer = () => Response.json({ error: {} }, { status: 404 });
    tasks.takenOver((await store.find('left'))!);
    await tasks.poll();
    await tasks.poll();
    expect(asked).toEqual([TASK, TASK]);
    expect(cancelled).toEqual([]);
  });

  it.each([
    ['of a step that does not wait', `started-${TASK}-${STEP}-1`, SCAFFOLDER],
    ['of a user', `${TASK}-${STEP}-1`, undefined],
    ['under a key that is no path', `../../x-${STEP}-1`, SCAFFOLDER],
  ])('is not asked for by a deployment %s', async (_, key, actor) => {
    answer = () => events('cancelled');
    await takeOver(`scaffolder-${key}`, actor);
    await tasks.poll();
    expect(asked).toEqual([]);
  });

  it('is asked for again while the scaffolder is away, for about half an hour', async () => {
    answer = () => Response.json({ error: {} }, { status: 503 });
    await takeOver(`scaffolder-${TASK}-${STEP}-1`, SCAFFOLDER);
    const before = clock.time;
    while (logger.warn.mock.calls.length === 0) {
      await tasks.poll();
      clock.time += 1_000;
    }
    const minutes = (clock.time - before) / 60_000;
    expect(minutes).toBeGreaterThan(15);
    expect(minutes).toBeLessThan(36);
    expect(asked).toHaveLength(10);

    tasks.takenOver((await store.find('left'))!);
    await tasks.poll();
    answer = () => events('cancelled');
    clock.time += 4_000;
    await tasks.poll();
    expect(cancelled).toEqual(['left']);
  });
});
