import { mockCredentials } from '@backstage/backend-test-utils';
import type { SignalsService } from '@backstage/plugin-signals-node';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { describeOnDatabases, migrated } from './__testUtils__/databases';
import type { Moved } from './deployments/recorder';
import { Deployments } from './deployments/store';
import { Watchers } from './watchers';

const REF = 'component:default/fraud-detector';
const carol = mockCredentials.user('user:default/carol');
const dave = mockCredentials.user('user:default/dave');

/** One of several processes with the same database. */
class Replica {
  /** Ids and recipients of its signals. */
  readonly sent: [string, string[]][] = [];
  readonly store: Deployments;
  readonly watchers: Watchers;

  constructor(client: Knex) {
    this.store = new Deployments(client);
    const publish: SignalsService['publish'] = async ({
      message,
      recipients,
    }: any) => {
      this.sent.push([message.id, recipients.entityRef]);
    };
    this.watchers = new Watchers(this.store, { publish });
  }

  /** Adds a deployment of Alice. */
  async add(entityRef = REF): Promise<string> {
    const id = randomUUID();
    await this.store.add({
      id,
      kind: 'deploy',
      fingerprint: '',
      entityRef,
      user: 'user:default/alice',
      request: {} as any,
      kin: '',
      life: { state: 'pending' } as any,
    });
    return id;
  }
}

describeOnDatabases('signals of two replicas', create => {
  let client: Knex;
  let runs: Replica;
  let other: Replica;

  beforeEach(async () => {
    client = await migrated(await create());
    runs = new Replica(client);
    other = new Replica(client);
  });

  const saw = (id: string, entityRef = REF): Omit<Moved, 'user'> => ({
    id,
    entityRef,
    state: 'pending',
  });

  it('reach a user of the one about a deployment that the other runs, once', async () => {
    const id = await runs.add();
    other.watchers.see(saw(id), carol);
    await other.watchers.look();
    expect(other.sent).toEqual([]);
    await runs.store.record(id, { claimed: true });
    await other.watchers.look();
    await other.watchers.look();
    expect(other.sent).toEqual([[id, ['user:default/carol']]]);
  });

  it('tell a user of a deployment that the other has begun or ended', async () => {
    const id = await runs.add();
    other.watchers.see(saw(id), carol);
    await other.watchers.look();
    const begun = await runs.add();
    const unseen = await runs.add('component:default/other');
    await runs.store.record(id, {
      refused: { diagnostics: [] },
    });
    await other.watchers.look();
    expect(other.sent.map(([about]) => about).sort()).toEqual(
      [id, begun].sort(),
    );
    expect(other.sent.flat(2)).not.toContain(unseen);
  });

  it('are not repeated for a state that this process wrote', async () => {
    const id = await runs.add();
    runs.watchers.see(saw(id), dave);
    await runs.store.record(id, { claimed: true });
    await runs.watchers.look();
    await runs.watchers.look();
    expect(runs.sent).toEqual([
      [id, ['user:default/alice']],
      [id, ['user:default/alice', 'user:default/dave']],
    ]);
  });

  it('cost no query while nobody watches', async () => {
    await runs.add();
    const queries: string[] = [];
    client.on('query', ({ sql }) => queries.push(sql));
    await other.watchers.look();
    expect(queries).toEqual([]);
  });
});
