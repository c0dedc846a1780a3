// A process of its own that migrates: each message is a configuration of Knex, each answer the error, if any.
import knex from 'knex';
// The transformation of the command line tool makes CommonJS of it.
import database from '../database.ts';

process.on('message', async config => {
  const client = knex({ ...config, useNullAsDefault: true });
  let error = null;
  try {
    await database.migrate({ getClient: async () => client });
  } catch (thrown) {
    error = String(thrown);
  }
  await client.destroy();
  process.send({ error });
});
