import { sql, type SQL } from 'drizzle-orm'
import { Forbidden } from '../../core/errors/index.ts'
import { arrayLiteral } from '../query/array-literal.ts'
import { place } from '../statements/compile.ts'
import type { RowSet } from '../wire/row-set.ts'
import { assignmentsOf, defaultsOf, given, type Assignments } from './assignments.ts'
import type { Definition } from './definition.ts'
import { deletion, keyCondition, keyValues, type Key } from './read-rows.ts'
import { filledFor } from './owned-columns.ts'
import { allOfThem, scopePart, type RowSession } from './row-session.ts'
import type { Selection } from './selection.ts'
import { createStamps, deleteStamps, NO_STAMPS, updateStamps, type Stamps } from './stamps.ts'
import { holdsOf, untouchedBy, writeCheck } from './write-check.ts'

/** What is written, by the columns' keys. `undefined` is absent. */
export type Fields = Readonly<Record<string, unknown>>

/** The versions of a row that a change is about, in PostgreSQL's text; none is no row's. */
export type Versions = readonly string[]

/** Inserts one row. Where the scope of creation cannot be read off the values, the row is looked at again and undone: in a transaction only. */
export async function insertRow(session: RowSession, fields: Fields, selection: Selection): Promise<RowSet> {
  const { definition } = session
  const scope = session.ownScope('create')
  if (scope === false) throw new Forbidden()
  const row = {
    ...defaultsOf(definition, 'create'),
    ...filledFor(session.asker, definition.owned),
    ...given(fields),
  }
  const assigned = assignmentsOf(definition, row)
  const stamps = createStamps(definition, session.asker, row)
  const check = writeCheck(session, scope, holdsOf(row, definition.model.byKey))
  const values: Record<string, unknown> = { ...assigned.values, ...stamps.values }
  check?.part.put(values)
  const shape = `insert ${assigned.shape} ${stamps.shape} ${selection.shape} ${check?.part.shape ?? ''}`
  const rows = await session.runChange(
    shape,
    () => {
      const sets = [...assigned.sets(), ...stamps.sets]
      return insertSql(definition, sets, returning(selection, definition, check?.part.where))
    },
    { values },
  )
  check?.verify(rows, selection)
  return rows
}

/** Changes one row; no rows where it is not there, not the asker's, or of another version. */
export async function updateRow(
  session: RowSession,
  key: Key,
  { fields, selection, versions, deleted = false }: UpdateOptions,
): Promise<RowSet> {
  const { definition } = session
  const { version: counted } = definition.model.life
  const asked = given(fields)
  const isEmpty = Object.keys(asked).length === 0
  const changes: Record<string, unknown> = isEmpty ? {} : { ...defaultsOf(definition, 'update'), ...asked }
  // The server counts it: also where a row that was read is written back.
  if (counted !== undefined) delete changes[counted]
  const assigned = assignmentsOf(definition, changes)
  // Nothing to change leaves the row as it is, with its stamps and its version.
  const stamps = isEmpty ? NO_STAMPS : updateStamps(definition, session.asker, changes)
  return change(session, key, { assigned, stamps, selection, versions, deleted, action: 'update' })
}

interface UpdateOptions {
  readonly fields: Fields
  readonly selection: Selection
  /** One of which it must have. */
  readonly versions?: Versions | undefined
  /** A row that is deleted softly, in place of one that is not. */
  readonly deleted?: boolean
}

interface Change {
  /** None where only the server writes. */
  readonly assigned?: Assignments
  readonly stamps: Stamps
  readonly selection: Selection
  readonly versions: Versions | undefined
  readonly deleted: boolean
  readonly action: 'update' | 'delete'
}

async function change(session: RowSession, key: Key, of: Change): Promise<RowSet> {
  const { definition } = session
  const { table } = definition.model
  const { assigned, stamps, selection } = of
  const allowed = session.scope(of.action)
  const scope = scopePart(allowed, 's')
  const check = assigned && writeCheck(session, session.ownScope('update'), untouchedBy(assigned.columns))
  const values = {
    ...keyValues(definition, key),
    ...assigned?.values,
    ...stamps.values,
    ':versions': textOf(of.versions),
  }
  scope.put(values)
  check?.part.put(values)
  const shape = `${of.action} ${assigned?.shape ?? ''} ${stamps.shape} ${selection.shape} ${scope.shape} ${of.deleted} ${of.versions === undefined} ${check?.part.shape ?? ''}`
  const rows = await session.runChange(
    shape,
    () => {
      const sets = [...(assigned?.sets() ?? []), ...stamps.sets]
      const assignments = sets.map(({ column, value }) => sql`${sql.identifier(column.column.name)} = ${value}`)
      const where = allOfThem(
        keyCondition(definition),
        deletion(definition, of.deleted),
        scope.where(table),
        versionIs(definition, of.versions),
      )
      // Nothing to change is still asked of the row: it must be there, and the asker's.
      const set = assignments.length > 0 ? assignments : [noChange(definition)]
      return sql`update ${table} set ${sql.join(set, sql`, `)} where ${where} ${returning(selection, definition, check?.part.where)}`
    },
    { values },
  )
  check?.verify(rows, selection)
  return rows
}

function noChange({ model }: Definition): SQL {
  const [first] = model.primaryKey
  return sql`${sql.identifier(first!.column.name)} = ${first!.column}`
}

/** Compared as text: a tag may hold a number that is too large for the column. */
function versionIs({ model }: Definition, versions: Versions | undefined): SQL | undefined {
  const key = model.life.version
  if (key === undefined || versions === undefined) return undefined
  return sql`${model.byKey.get(key)!.column}::text = any(${place(':versions')}::text[])`
}

function textOf(versions: Versions | undefined): string | undefined {
  return versions && arrayLiteral(versions)
}

/** Deletes one row: softly where the table has a column for it. */
export function deleteRow(
  session: RowSession,
  key: Key,
  {
    selection,
    versions,
    purge = false,
  }: { readonly selection: Selection; readonly versions?: Versions | undefined; readonly purge?: boolean },
): Promise<RowSet> {
  const { definition } = session
  if (definition.model.life.deletedAt !== undefined && !purge) {
    const stamps = deleteStamps(definition, session.asker, true)
    return change(session, key, { stamps, selection, versions, deleted: false, action: 'delete' })
  }
  const { table } = definition.model
  const scope = scopePart(session.scope(purge ? 'purge' : 'delete'), 's')
  const values = { ...keyValues(definition, key), ':versions': textOf(versions) }
  scope.put(values)
  return session.runChange(
    `remove ${selection.shape} ${scope.shape} ${versions === undefined}`,
    () => {
      const where = allOfThem(keyCondition(definition), scope.where(table), versionIs(definition, versions))
      return sql`delete from ${table} where ${where} ${returning(selection, definition, undefined)}`
    },
    { values, deletes: true },
  )
}

/** Takes a soft deletion back: for those who may delete it. */
export function restoreRow(session: RowSession, key: Key, selection: Selection): Promise<RowSet> {
  const stamps = deleteStamps(session.definition, session.asker, false)
  return change(session, key, { stamps, selection, versions: undefined, deleted: true, action: 'delete' })
}

type Where = (table: Definition['model']['table']) => SQL | undefined

function returning(selection: Selection, { model }: Definition, check: Where | undefined): SQL {
  const list = selection.list(model.table)
  return check === undefined ? sql`returning ${list}` : sql`returning ${list}, (${check(model.table) ?? sql`true`})`
}

function insertSql({ model }: Definition, sets: Stamps['sets'], returned: SQL): SQL {
  if (sets.length === 0) return sql`insert into ${model.table} default values ${returned}`
  const names = sql.join(
    sets.map(({ column }) => sql.identifier(column.column.name)),
    sql`, `,
  )
  const values = sql.join(
    sets.map(({ value }) => value),
    sql`, `,
  )
  return sql`insert into ${model.table} (${names}) values (${values}) ${returned}`
}
