/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('vertex_ai_mandates', table => {
    // Mandates are removed some time after their expiry.
    table.index('expires_at');
  });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex.schema.alterTable('vertex_ai_mandates', table => {
    table.dropIndex('expires_at');
  });
};
