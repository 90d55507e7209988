/** The text of a recipe: one migration, or several in order. */
export function recipe(...migrations: readonly string[]): string {
  if (migrations.length === 1) return migrations[0]!
  return migrations.map((sql, at) => `-- migration ${at + 1}\n${sql}`).join('\n\n')
}

/** A migration that is one statement outside a transaction. */
export function alone(statement: string): string {
  return `-- ashlar: no-transaction\n${statement}`
}

/** A migration for which there is no other way: its author says why it will do. */
export function allowed(rule: string, reason: string, statement: string): string {
  return `-- ashlar: allow ${rule} ${reason}\n${statement};`
}

/** A write to a whole table as many small ones, by its primary key. Each is committed by itself, so locks are short and VACUUM can follow. */
export function inBatches(table: string, write: string, and = ''): string {
  return alone(`-- "id" is the primary key of the table.
DO $batches$
DECLARE
  batch_first ${table}.id%TYPE := (SELECT id FROM ${table} ORDER BY id LIMIT 1);
  batch_last ${table}.id%TYPE;
BEGIN
  WHILE batch_first IS NOT NULL LOOP
    batch_last := (
      SELECT id FROM (SELECT id FROM ${table} WHERE id >= batch_first ORDER BY id LIMIT 1000) AS batch
      ORDER BY id DESC LIMIT 1
    );
    ${write} WHERE id BETWEEN batch_first AND batch_last${and};
    COMMIT;
    batch_first := (SELECT id FROM ${table} WHERE id > batch_last ORDER BY id LIMIT 1);
  END LOOP;
END $batches$;`)
}
