/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.createTable('vertex_ai_container_logs', table => {
    table.comment(
      'Redacted lines of the containers of deployments that failed',
    );
    table.string('deployment', 36).primary();
    table
      .string('read_at')
      .notNullable()
      .index('vertex_ai_container_logs_read');
    table.text('log').notNullable().comment('As the core wrote it, as JSON');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.dropTable('vertex_ai_container_logs');
};
