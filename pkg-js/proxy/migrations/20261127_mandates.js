/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('vertex_ai_mandates', table => {
    table.comment(
      'Mandates: the calls that a deployment may make in the name of its user, and what Google has named in their answers',
    );
    table.string('id').primary();
    table.string('deployment').notNullable().index();
    table.string('user_ref').notNullable();
    table.text('ownership').notNullable();
    table.string('entity_ref').notNullable();
    table.text('request').notNullable();
    table.string('fingerprint').notNullable();
    table.string('created_at').notNullable();
    table.string('expires_at').notNullable();
    table.string('revoked_at');
    table.text('revoked_because');
    table.bigInteger('lease').notNullable();
    table.text('facts').notNullable();
    table.integer('revision').notNullable();
  });
  await knex.schema.alterTable('vertex_ai_audit', table => {
    table.string('mandate_id').index();
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('vertex_ai_audit', table => {
    table.dropColumn('mandate_id');
  });
  await knex.schema.dropTable('vertex_ai_mandates');
};
