import { sql } from 'drizzle-orm'
import { Forbidden } from '../../core/errors/index.ts'
import { given } from './assignments.ts'
import { insertSeen, updateSeen, type SeenRow } from './changes.ts'
import type { Definition } from './definition.ts'
import { filledFor } from './owned-columns.ts'
import { keyOf } from './read-rows.ts'
import { allOfThem, living, type RowSession } from './row-session.ts'
import { sized } from '../rows/condition.ts'
import { compileStatement, place } from '../statements/compile.ts'
import type { Fields } from './write-rows.ts'

/**
 * Inserts, or changes what is there. Two statements at most in the common cases: PostgreSQL's ON CONFLICT would not say which of the two it
 * did, and the rules for them differ.
 *
 * @throws TypeError where `on` names no column, or one without a value.
 */
export async function upsertRow(session: RowSession, fields: Fields, on: readonly string[]): Promise<SeenRow> {
  const { definition } = session
  // What the server fills is a part of what makes two rows the same: each owner has names of their own.
  const row = { ...filledFor(session.asker, definition.owned), ...given(fields) }
  checkOn(definition, row, on)
  for (;;) {
    const found = await lockBy(session, row, on)
    if (found !== undefined) {
      const key = keyOf(definition, found)
      // A row that is there keeps its key: what is given is that of a new one.
      const changes = Object.fromEntries(
        Object.entries(fields).filter(([name]) => !on.includes(name) && !(name in key)),
      )
      const outcome = await updateSeen(session, key, { fields: () => changes })
      // It is there, and neither to be read nor changed by this caller: which of the two is not told.
      if (typeof outcome === 'string') throw new Forbidden()
      return outcome.row
    }
    const inserted = await insertUnlessThere(session, row, on)
    if (inserted !== undefined) return inserted
  }
}

function checkOn({ model: { name, byKey } }: Definition, row: Fields, on: readonly string[]): void {
  if (on.length === 0) throw new TypeError(`upsert of "${name}" needs the columns of a unique index: on: ['slug'].`)
  for (const key of on) {
    if (!byKey.has(key))
      throw new TypeError(
        `upsert: on names the column "${key}", which the table "${name}" does not have. It has ${[...byKey.keys()].join(', ')}.`,
      )
    if (row[key] === undefined)
      throw new TypeError(`upsert of "${name}" looks for a row by "${key}", which is given no value.`)
  }
}

/** Whoever it belongs to: a unique index knows no rules about rows. */
async function lockBy(session: RowSession, fields: Fields, on: readonly string[]): Promise<SeenRow | undefined> {
  const { all, model } = session.definition
  const columns = on.map((key) => model.byKey.get(key)!)
  const rows = await session.run(
    `upsert ${on.map(sized).join('')}`,
    () => {
      // What is deleted softly is not there, as for a unique index that leaves it out.
      const where = allOfThem(
        living(session.definition),
        ...columns.map(({ key, column }) => sql`${column} = ${place(`on:${key}`, column)}`),
      )
      return sql`select ${all.list(model.table)} from ${model.table} where ${where} for update`
    },
    Object.fromEntries(on.map((key) => [`on:${key}`, fields[key]])),
  )
  return rows.length === 0 ? undefined : all.object(rows, 0)
}

const SAVEPOINT = compileStatement(sql`savepoint ashlar_upsert`)
const RELEASE = compileStatement(sql`release savepoint ashlar_upsert`)
const ROLLBACK = compileStatement(sql`rollback to savepoint ashlar_upsert`)
const UNIQUE_VIOLATION = '23505'

/** Nothing where another transaction was quicker: its row is there now. */
async function insertUnlessThere(
  session: RowSession,
  fields: Fields,
  on: readonly string[],
): Promise<SeenRow | undefined> {
  await session.runStatement(SAVEPOINT, {})
  try {
    const { row } = await insertSeen(session, fields)
    await session.runStatement(RELEASE, {})
    return row
  } catch (error) {
    await session.runStatement(ROLLBACK, {})
    const isTaken = (error as { readonly code?: string }).code === UNIQUE_VIOLATION
    if (isTaken && (await lockBy(session, fields, on)) !== undefined) return undefined
    throw error
  }
}
