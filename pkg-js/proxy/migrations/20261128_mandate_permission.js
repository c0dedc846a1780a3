/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('vertex_ai_mandates', table => {
    // Rows of earlier builds do not name it.
    table.string('permission');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('vertex_ai_mandates', table => {
    table.dropColumn('permission');
  });
};
