import { bob, Portal, REF } from './__testUtils__/portal';
import { Latch } from './__testUtils__/runs';

let portal: Portal;
const latch = new Latch();

const start = (key: string, more: object = {}) =>
  portal.startDeployment({ key, ...more });

beforeEach(async () => {
  const deployments = {
    runningPerEntity: 3,
    runningPerUser: 2,
    streamsPerUser: 2,
  };
  portal = await new Portal().start({ vertexAi: { deployments } });
  portal.runs.before = () => latch.opened;
});
afterEach(() => portal.stop());

describe('the portal', () => {
  it('refuses more deployments than a user or an entity may have at a time', async () => {
    const answers = await Promise.all(
      ['1', '2', '3', '4'].map(key => start(key)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 201, 429, 429]);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.body.error.message).toContain('`user:default/alice` has 2');
    // What was started is found, and what was refused left nothing.
    const started = answers.find(({ status }) => status === 201)!;
    expect(await portal.database('vertex_ai_deployments')).toHaveLength(2);
    expect(
      await portal.database('vertex_ai_events').where({ seq: 1 }),
    ).toHaveLength(2);

    expect((await start('1', { as: bob })).status).toBe(201);
    const full = await start('2', { as: bob });
    expect(full.status).toBe(429);
    expect(full.body.error.message).toContain(`\`${REF}\` has 3`);
    const other = { entityRef: 'component:default/other' };
    expect((await start('3', { as: bob, body: other })).status).toBe(201);

    latch.release();
    await portal.follow(started.body.id);
    expect((await start('5')).status).toBe(201);
  });

  it('refuses more streams than a user may have open', async () => {
    portal.runs.before = () => new Promise(() => {});
    const { body } = await start('1');
    const open = async () => {
      const leave = new Latch();
      const seen = new Latch();
      const ended = portal.follow(body.id, {
        until: () => {
          seen.release();
          return false;
        },
        leave: leave.opened,
      });
      const closed = ended.catch(() => {});
      await seen.opened;
      return async () => {
        leave.release();
        await closed;
      };
    };
    const [close] = [await open(), await open()];
    expect((await portal.follow(body.id)).status).toBe(429);
    const first = await portal.follow(body.id, {
      as: bob,
      until: () => true,
    });
    expect(first.status).toBe(200);
    await close();
    // The server sees the end a little later.
    for (;;) {
      const { status } = await portal.follow(body.id, { until: () => true });
      if (status === 200) break;
    }
  });
});
