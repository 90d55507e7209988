import { sql } from 'drizzle-orm'
import { uniqueIndex, type IndexBuilder, type PgColumn } from 'drizzle-orm/pg-core'

type On = ReturnType<typeof uniqueIndex>['on']

/**
 * A unique index that rows which are deleted softly are no part of: their values can be used again. Who restores such a row while
 * another has its values is answered with 409 `unique_violation`.
 *
 * @param name - The index's name in the database.
 * @param deletedAt - The column that says when a row was deleted.
 * @example
 * const handles = pgTable('handles', { id: id(), handle: varchar().notNull(), ...softDeletion() },
 *   (table) => [uniqueAmongLiving('handles_handle_key', table.deletedAt).on(table.handle)])
 */
export function uniqueAmongLiving(
  name: string,
  deletedAt: PgColumn | Parameters<On>[0],
): { on(...columns: Parameters<On>): IndexBuilder } {
  return {
    on: (...columns) =>
      uniqueIndex(name)
        .on(...columns)
        .where(sql`${deletedAt} is null`),
  }
}
