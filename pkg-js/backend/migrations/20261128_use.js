/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('vertex_ai_deployments', table => {
    table
      .string('held', 512)
      .index('vertex_ai_deployments_held')
      .comment('The deployed model that it uses or removes');
    table
      .boolean('leaving')
      .notNullable()
      .defaultTo(false)
      .comment('Whether it removes that one');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('vertex_ai_deployments', table => {
    table.dropIndex(['held'], 'vertex_ai_deployments_held');
    table.dropColumns('held', 'leaving');
  });
};
