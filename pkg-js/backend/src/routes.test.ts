import type { Knex } from 'knex';
import { databaseOf, describeOnDatabases } from './__testUtils__/databases';
import { bob, Portal, REF } from './__testUtils__/portal';
import { Latch } from './__testUtils__/runs';

jest.setTimeout(60_000);

describeOnDatabases('the routes', create => {
  let portal: Portal;
  let client: Knex;

  beforeEach(async () => {
    client = await create();
    portal = await new Portal().start({}, databaseOf(client));
  });
  afterEach(async () => {
    await portal.stop();
    await client.destroy();
  });

  /** Runs a deployment to its end. */
  async function deploy(key: string, more: object = {}) {
    const { body } = await portal.startDeployment({ key, ...more });
    await portal.follow(body.id);
    await portal.asked(({ query }) => query.deployment === body.id);
    return body;
  }

  it('make one deployment of requests at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => portal.startDeployment()),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200, 200, 200, 200, 201,
    ]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('list newest first, narrowed and in pages', async () => {
    const ids: string[] = [];
    for (const key of ['1', '2', '3', '4', '5']) {
      ids.unshift((await deploy(key)).id);
    }
    const of = async (query: string) =>
      (await portal.ask(`/deployments?${query}`)).body;
    const idsOf = ({ items }: any) => items.map(({ id }: any) => id);
    const seen: string[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const page: any = await of(`limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.items.length).toBeLessThan(3);
      seen.push(...idsOf(page));
      cursor = page.nextCursor;
    }
    const sorted = await of('limit=100');
    expect(seen).toEqual(idsOf(sorted));
    expect([...seen].sort()).toEqual([...ids].sort());
    const [{ createdAt }] = sorted.items.slice(2);
    expect(idsOf(await of('state=running,failed'))).toEqual([]);
    expect(idsOf(await of('state=succeeded'))).toEqual(seen);
    expect(idsOf(await of('user=user:default/bob'))).toEqual([]);
    expect(idsOf(await of('entityRef=Component:fraud-detector'))).toEqual(seen);
    expect(idsOf(await of(`until=${createdAt}`))).not.toContain(seen[2]);
    expect(idsOf(await of(`since=${createdAt}`))).toContain(seen[0]);
  });

  it('stream events in order, and go on after the last one', async () => {
    const { id } = await deploy('1');
    const { events } = await portal.follow(id);
    const numbers = events.slice(0, -1).map(event => event.id);
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    const rest = await portal.follow(id, { after: 2 });
    expect(rest.events).toEqual(events.slice(2));
  });

  it('cancel, and name who asked', async () => {
    const latch = new Latch();
    portal.runs.before = () => latch.opened;
    const { body } = await portal.startDeployment();
    const { status } = await portal.cancel(body.id, { as: bob });
    expect(status).toBe(202);
    latch.release();
    const { events } = await portal.follow(body.id);
    expect(events.at(-1)!.data).toMatchObject({
      state: 'cancelled',
      cancelRequestedBy: 'user:default/bob',
    });
    expect((await portal.cancel(body.id)).status).toBe(409);
  });

  it('tell what to expect after five deployments', async () => {
    for (const key of ['1', '2', '3', '4', '5']) await deploy(key);
    const latch = new Latch();
    portal.runs.before = () => latch.opened;
    const { body } = await portal.startDeployment({ key: '6' });
    const { expected } = (await portal.ask(`/deployments/${body.id}`)).body;
    expect(expected.total).toMatchObject({ samples: 5 });
    latch.release();
    await portal.follow(body.id);
  });

  it('hide the deployments of entities that the caller may not read', async () => {
    const { id } = await deploy('1');
    portal.permission = (name, resource) =>
      !(name === 'vertex-ai.deployment.read' && resource === REF);
    expect((await portal.ask('/deployments')).body.items).toEqual([]);
    for (const path of ['', '/trace']) {
      expect((await portal.ask(`/deployments/${id}${path}`)).status).toBe(404);
    }
    expect((await portal.follow(id)).status).toBe(404);
  });
});
