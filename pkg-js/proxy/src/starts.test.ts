import knexFactory from 'knex';
import { createDatabases, databaseOf } from './__testUtils__/databases';
import { FakeGoogle } from './__testUtils__/google';
import { Portal } from './__testUtils__/portal';
import { Schedulers } from './__testUtils__/schedulers';

const { databases, postgres } = createDatabases();

(postgres ? describe : describe.skip)('replicas on PostgreSQL', () => {
  it('use the scheduler one after the other: its first task makes tables', async () => {
    const google = await FakeGoogle.start();
    const admin = await databases.init(postgres!);
    const clients = [1, 2].map(() => knexFactory(admin.client.config));
    const schedulers = new Schedulers(admin, clients.length);
    const portals = await Promise.all(
      clients.map(client =>
        new Portal().start(
          Portal.settings(google),
          databaseOf(client),
          schedulers.create(),
        ),
      ),
    );
    for (const portal of portals) await portal.stop();
    for (const client of clients) await client.destroy();
    await google.stop();
    expect(schedulers.most).toBe(1);
  });
});
