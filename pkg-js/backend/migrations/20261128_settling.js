/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('vertex_ai_deployments', table => {
    table
      .bigInteger('settle_at')
      .comment(
        'Milliseconds since 1970: when audit records of its calls are settled; null where none is open',
      );
    table.index('settle_at', 'vertex_ai_deployments_settle');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('vertex_ai_deployments', table => {
    table.dropIndex('settle_at', 'vertex_ai_deployments_settle');
    table.dropColumn('settle_at');
  });
};
