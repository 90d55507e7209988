import { sql } from 'drizzle-orm'
import type { Fields } from '../repository/write-rows.ts'
import type { Declared } from './declared.ts'

const DEFAULT = sql`default`

/** Adds to a replacement what is absent: the column's default, which is null where it has none. */
export function replacementOf({ definition, schemas }: Declared): (body: Fields) => Fields {
  const keys = Object.keys(schemas.replace.shape)
  const absent = definition.model.columns.filter(({ key }) => keys.includes(key))
  const makers = absent.map(({ key, column }) => ({ key, make: column.defaultFn ?? (() => DEFAULT) }))
  return (body) => {
    const fields: Record<string, unknown> = { ...body }
    for (const { key, make } of makers) if (fields[key] === undefined) fields[key] = make()
    return fields
  }
}
