/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('vertex_ai_grants', table => {
    table.comment(
      'Grant records: access that users grant through the portal, written before the grant, until the access is removed',
    );
    table.string('id').primary();
    table.string('created_at').notNullable();
    table.string('given_by').notNullable();
    table.text('request').notNullable();
    table.text('undated').notNullable();
    table.string('ends_at').notNullable();
    table.integer('tries').notNullable();
    table.string('next_try_at').notNullable().index();
    table.text('last_error');
    table.string('done_at').index();
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('vertex_ai_grants');
};
