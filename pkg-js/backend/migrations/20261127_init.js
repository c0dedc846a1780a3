/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('vertex_ai_deployments', table => {
    table.comment('Deployments: what each is asked to do, its state and its lease');
    table.string('id', 36).primary();
    table.string('kind').notNullable();
    table.string('entity_ref').notNullable();
    table.string('environment');
    table.string('user_ref').notNullable();
    table.string('actor').comment('The plugin through which the user started it');
    table.string('idempotency_key', 128);
    table.string('fingerprint').notNullable().comment('Of the request under the key');
    table.text('request').notNullable().comment('What the core is asked to run, as JSON');
    table.text('kin').notNullable().comment('Model and machine: what durations are compared by');
    table.text('life').notNullable().comment('What the core says of it, as JSON');
    table.string('state').notNullable();
    table.boolean('ended').notNullable();
    table.string('created_at').notNullable();
    table.string('started_at');
    table.string('ended_at');
    table.string('cancel_requested_by');
    table.string('mandate');
    table.boolean('mandate_open').notNullable();
    table.integer('lease').notNullable().comment('Rises with each runner');
    table.bigInteger('lease_until').comment('Milliseconds since 1970, by the clock of the database');
    table.string('runner', 36);
    table.integer('crashes').notNullable();
    table.integer('last_event').notNullable();
    table.unique(['user_ref', 'entity_ref', 'idempotency_key'], {
      indexName: 'vertex_ai_deployments_key',
    });
    table.index(['created_at', 'id'], 'vertex_ai_deployments_created');
    table.index(
      ['entity_ref', 'created_at', 'id'],
      'vertex_ai_deployments_entity',
    );
    table.index(['user_ref', 'created_at', 'id'], 'vertex_ai_deployments_user');
    table.index(['state', 'created_at', 'id'], 'vertex_ai_deployments_state');
    table.index(['ended', 'lease_until'], 'vertex_ai_deployments_lease');
    table.index(['ended', 'ended_at'], 'vertex_ai_deployments_ended');
  });
  await knex.schema.createTable('vertex_ai_ledger', table => {
    table.comment('Intentions and answers of runs; only the core reads an entry');
    table.string('run', 36).notNullable();
    table.integer('seq').notNullable();
    table.integer('lease').notNullable();
    table.string('created_at').notNullable();
    table.text('entry').notNullable();
    table.primary(['run', 'seq']);
  });
  await knex.schema.createTable('vertex_ai_durations', table => {
    table.comment('How long successful deployments and their stages lasted');
    table.string('deployment', 36).notNullable();
    table.string('stage').notNullable().comment('Empty for the whole');
    table.text('kin').notNullable();
    table.string('ended_at').notNullable();
    table.bigInteger('millis').notNullable();
    table.primary(['deployment', 'stage']);
    table.index(['kin', 'stage', 'ended_at'], 'vertex_ai_durations_kin');
  });
  await knex.schema.createTable('vertex_ai_events', table => {
    table.comment('What viewers of a deployment are told');
    table.string('deployment', 36).notNullable();
    table.integer('seq').notNullable();
    table.string('created_at').notNullable();
    table.string('type').notNullable();
    table.text('data').notNullable();
    table.primary(['deployment', 'seq']);
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('vertex_ai_events');
  await knex.schema.dropTable('vertex_ai_durations');
  await knex.schema.dropTable('vertex_ai_ledger');
  await knex.schema.dropTable('vertex_ai_deployments');
};
