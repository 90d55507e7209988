import { or, sql } from 'drizzle-orm'
import type { Action } from './definition.ts'
import { deletion, keyCondition, keyValues, type Deleted, type Key } from './read-rows.ts'
import { allOfThem, living, scopePart, type RowSession } from './row-session.ts'

/** Whether the asker may do this to the row; `undefined` where it is not there for them at all. */
export async function mayDo(
  session: RowSession,
  key: Key,
  { action, deleted = false }: { readonly action: Action; readonly deleted?: Deleted },
): Promise<boolean | undefined> {
  const { definition } = session
  const { table } = definition.model
  const readable = scopePart(session.scope('read'), 's')
  const allowed = scopePart(session.scope(action), 'a')
  const values = keyValues(definition, key)
  readable.put(values)
  allowed.put(values)
  const found = await session.run(
    `may ${action} ${deleted} ${readable.shape} ${allowed.shape}`,
    () => {
      const may = allowed.where(table) ?? sql`true`
      const alive = living(definition)
      // A row that is deleted is there only for those who may bring it back or remove it.
      const told = deleted === false || alive === undefined ? undefined : or(alive, may)
      const where = allOfThem(keyCondition(definition), deletion(definition, deleted), readable.where(table), told)
      return sql`select (${may}) from ${table} where ${where}`
    },
    values,
  )
  return found.length === 0 ? undefined : found.text(0, 0) === 't'
}
