import { sql } from 'drizzle-orm'
import type { Fields } from '../repository/write-rows.ts'
import type { Declared } from './declared.ts'

const DEFAULT = sql`default`

/**
 * Adds to a replacement what is absent: the column's default, which is null where it has none. Private columns stay as they are, and so do those
 * that the caller may not read or not write: a client that writes back what it has read cannot have read them.
 */
export function replacementOf({
  definition,
  schemas,
}: Declared): (body: Fields, locked: ReadonlySet<string>) => Fields {
  const keys = Object.keys(schemas.replace.shape)
  // What is made anew with each change is so here too.
  const absent = definition.model.visible.filter(
    ({ key, column }) => keys.includes(key) && column.onUpdateFn === undefined,
  )
  const makers = absent.map(({ key, column }) => ({ key, make: column.defaultFn ?? (() => DEFAULT) }))
  return (body, locked) => {
    const fields: Record<string, unknown> = { ...body }
    for (const { key, make } of makers) if (fields[key] === undefined && !locked.has(key)) fields[key] = make()
    return fields
  }
}
