/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('vertex_ai_deployments', table => {
    table
      .string('follows', 36)
      .comment('The deployment after whose success this one runs');
    table
      .bigInteger('starts_at')
      .comment(
        'Milliseconds since 1970; with follows, null until that one has ended',
      );
    table.index(['ended', 'follows'], 'vertex_ai_deployments_follows');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('vertex_ai_deployments', table => {
    table.dropIndex(['ended', 'follows'], 'vertex_ai_deployments_follows');
    table.dropColumns('follows', 'starts_at');
  });
};
