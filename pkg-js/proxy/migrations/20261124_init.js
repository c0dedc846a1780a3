/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('vertex_ai_signing_keys', table => {
    table.comment(
      'Public signing keys of all replicas',
    );
    table.string('kid').primary();
    table.text('jwk').notNullable();
    table.string('expires_at').notNullable().index();
  });
  await knex.schema.createTable('vertex_ai_audit', table => {
    table.comment(
      'Audit records: one row for each call that changes something at Google, written before the call',
    );
    table.string('id').primary();
    table.string('created_at').notNullable().index();
    table.string('user_ref').notNullable();
    table.text('ownership').notNullable();
    table.string('actor');
    table.string('method').notNullable();
    table.text('resource').notNullable();
    table.text('reason');
    table.string('outcome').notNullable();
    table.integer('http_status');
    table.string('operation').index();
    table.text('error');
    table.string('finished_at');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('vertex_ai_audit');
  await knex.schema.dropTable('vertex_ai_signing_keys');
};
