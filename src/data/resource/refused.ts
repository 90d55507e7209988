import { sql } from 'drizzle-orm'
import { Forbidden, PreconditionFailed } from '../../core/errors/index.ts'
import { allOfThem, scopePart, type RowSession } from '../repository/row-session.ts'
import { deletion, keyCondition, keyValues, type Key } from '../repository/read-rows.ts'
import type { Action } from '../repository/definition.ts'
import { notFound, type Declared } from './declared.ts'

export interface Refused {
  readonly action: Action
  readonly version?: string | undefined
  readonly deleted?: boolean
}

/**
 * Why a change found no row: it is not there for the caller (404), readable and not theirs to change (403), or of another version (412).
 * Asked only then, so that a change that succeeds is one statement.
 */
export async function refusal(declared: Declared, session: RowSession, key: Key, of: Refused): Promise<Error> {
  const { definition } = session
  const { model } = definition
  const readable = scopePart(session.scope('read'), 's')
  const allowed = scopePart(session.scope(of.action), 'a')
  const values = keyValues(definition, key)
  readable.put(values)
  allowed.put(values)
  const found = await session.run(
    `refused ${of.action} ${of.deleted === true} ${readable.shape} ${allowed.shape}`,
    () => {
      const may = allowed.where(model.table) ?? sql`true`
      const where = allOfThem(
        keyCondition(definition),
        deletion(definition, of.deleted ?? false),
        readable.where(model.table),
      )
      return sql`select (${may}) from ${model.table} where ${where}`
    },
    values,
  )
  if (found.length === 0) return notFound(declared)
  if (found.text(0, 0) !== 't') return new Forbidden()
  // It was found with everything but its version; or it has changed in between, which is the same to the caller.
  return of.version === undefined ? notFound(declared) : new PreconditionFailed()
}
