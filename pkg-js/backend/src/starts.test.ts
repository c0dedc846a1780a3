import knexFactory from 'knex';
import { databaseOf, describeOnDatabases } from './__testUtils__/databases';
import { Portal } from './__testUtils__/portal';
import { Schedulers } from './__testUtils__/schedulers';

describeOnDatabases('replicas that start at once', create => {
  it('use the scheduler one after the other: its first task makes tables', async () => {
    const admin = await create();
    const { config } = admin.client;
    // Replicas share no SQLite.
    const clients =
      config.client === 'pg'
        ? [knexFactory(config), knexFactory(config)]
        : [admin];
    const schedulers = new Schedulers(admin, clients.length);
    const portals = await Promise.all(
      clients.map(client =>
        new Portal().start({}, databaseOf(client), schedulers.create()),
      ),
    );
    for (const portal of portals) await portal.stop();
    for (const client of clients) await client.destroy();
    expect(schedulers.most).toBe(1);
  });
});
