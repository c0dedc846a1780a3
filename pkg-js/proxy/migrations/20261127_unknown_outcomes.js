/** @param {import('knex').Knex} knex */
exports.up = async function up(knex) {
  await knex.schema.alterTable('vertex_ai_audit', table => {
    // A fingerprint, by which a later answer of Google may show the outcome.
    table.string('clue').index();
    // Whether Google has listed the operations, and none may be the call's.
    table.boolean('idle').notNullable().defaultTo(false);
    // The method whose answer has shown the outcome.
    table.string('evidence');
    table.index('outcome');
  });
  // Until now, a call without a usable answer counted as failed.
  await knex('vertex_ai_audit')
    .where({ outcome: 'failed' })
    .where(which =>
      which
        .whereNull('http_status')
        .orWhere('http_status', '>=', 500)
        .orWhere('error', 'like', '%it is unknown whether%'),
    )
    .update({ outcome: 'unknown' });
};

/** @param {import('knex').Knex} knex */
exports.down = async function down(knex) {
  await knex('vertex_ai_audit')
    .where({ outcome: 'unknown' })
    .update({ outcome: 'failed' });
  await knex.schema.alterTable('vertex_ai_audit', table => {
    table.dropIndex('outcome');
    table.dropColumn('evidence');
    table.dropColumn('idle');
    table.dropColumn('clue');
  });
};
