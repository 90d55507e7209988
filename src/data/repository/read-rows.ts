import { eq, sql, type SQL } from 'drizzle-orm'
import type { RowSet } from '../wire/row-set.ts'
import { place } from '../statements/compile.ts'
import type { Action, Definition } from './definition.ts'
import { allOfThem, living, scopePart, type RowSession } from './row-session.ts'
import type { Selection } from './selection.ts'

/** The primary key's values by the columns' keys. */
export type Key = Readonly<Record<string, unknown>>

export function keyCondition({ model }: Definition): SQL {
  return allOfThem(...model.primaryKey.map(({ key, column }) => eq(column, place(`key:${key}`, column))))
}

export function keyValues({ model }: Definition, key: Key): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const { key: name } of model.primaryKey) values[`key:${name}`] = key[name]
  return values
}

export type Deleted = boolean | 'any'

export interface ReadOptions {
  /** Default: the rows that may be read. */
  readonly action?: Action
  /** Deleted softly: left out (default), only those, or those too. */
  readonly deleted?: Deleted
  readonly lock?: 'update' | 'share'
}

/** The row with this key, where the asker may have it. */
export function readRow(
  session: RowSession,
  key: Key,
  selection: Selection,
  { action = 'read', deleted = false, lock }: ReadOptions = {},
): Promise<RowSet> {
  const { definition } = session
  const { table } = definition.model
  const scope = scopePart(session.scope(action), 's')
  const values = keyValues(definition, key)
  scope.put(values)
  const shape = `read ${selection.shape} ${scope.shape} ${deleted} ${lock ?? ''}`
  return session.run(
    shape,
    () => {
      const where = allOfThem(keyCondition(definition), deletion(definition, deleted), scope.where(table))
      const locking = lock === undefined ? sql`` : sql.raw(` for ${lock}`)
      return sql`select ${selection.list(table)} from ${table} where ${where}${locking}`
    },
    values,
  )
}

export function deletion(definition: Definition, deleted: Deleted): SQL | undefined {
  const alive = living(definition)
  if (deleted === 'any') return undefined
  if (!deleted) return alive
  // Where nothing is deleted softly, nothing is there to be restored.
  return alive === undefined ? sql`false` : sql`not (${alive})`
}

export function keyOf({ model }: Definition, row: Readonly<Record<string, unknown>>): Key {
  return Object.fromEntries(model.primaryKey.map(({ key }) => [key, row[key]]))
}
