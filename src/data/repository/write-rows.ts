import { is, sql, SQL } from 'drizzle-orm'
import { Forbidden } from '../../core/errors/index.ts'
import type { ModelColumn } from '../model/model.ts'
import type { Condition, Scope } from '../rows/condition.ts'
import { arrayLiteral } from '../query/array-literal.ts'
import { compileStatement, place } from '../statements/compile.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { Definition } from './definition.ts'
import { deletion, keyCondition, keyValues, type Key } from './read-rows.ts'
import { allOfThem, isSystem, scopePart, type RowSession } from './row-session.ts'
import type { Selection } from './selection.ts'
import { createStamps, deleteStamps, updateStamps, type Stamps } from './stamps.ts'

/** What is written, by the columns' keys. `undefined` is absent. */
export type Fields = Readonly<Record<string, unknown>>

/** The versions of a row that a change is about, in PostgreSQL's text; none is no row's. */
export type Versions = readonly string[]

/** Inserts one row. Where the scope of creation cannot be read off the values, the row is looked at again and undone: in a transaction only. */
export async function insertRow(session: RowSession, fields: Fields, selection: Selection): Promise<RowSet> {
  const { definition } = session
  const scope = session.ownScope('create')
  if (scope === false) throw new Forbidden()
  const row = { ...defaults(definition, 'create'), ...ownedBy(session), ...given(fields) }
  const columns = columnsIn(definition, row)
  const stamps = createStamps(definition, session.asker, row)
  const check = checkPart(session, scope, columnsIn(definition, fields))
  const values: Record<string, unknown> = { ...valuesOf('v', row), ...stamps.values }
  check?.part.put(values)
  const shape = `insert ${assignedShape(columns, row)} ${stamps.shape} ${selection.shape} ${check?.part.shape ?? ''}`
  const rows = await session.run(
    shape,
    () => {
      const sets = [...assigned(columns, row), ...stamps.sets]
      return insertSql(definition, sets, returning(selection, definition, check?.part.where))
    },
    values,
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
  const changes = { ...defaults(definition, 'update'), ...fields }
  const columns = columnsIn(definition, changes)
  const stamps = updateStamps(definition, session.asker, changes)
  return change(session, key, { columns, fields: changes, stamps, selection, versions, deleted, action: 'update' })
}

export interface UpdateOptions {
  readonly fields: Fields
  readonly selection: Selection
  /** One of which it must have. */
  readonly versions?: Versions | undefined
  /** A row that is deleted softly, in place of one that is not. */
  readonly deleted?: boolean
}

interface Change {
  readonly columns: readonly ModelColumn[]
  readonly fields: Fields
  readonly stamps: Stamps
  readonly selection: Selection
  readonly versions: Versions | undefined
  readonly deleted: boolean
  readonly action: 'update' | 'delete'
}

async function change(session: RowSession, key: Key, of: Change): Promise<RowSet> {
  const { definition } = session
  const { table } = definition.model
  const { columns, stamps, selection } = of
  const allowed = session.scope(of.action)
  const scope = scopePart(allowed, 's')
  const check = of.action === 'update' ? checkPart(session, session.ownScope('update'), columns) : undefined
  const values = {
    ...keyValues(definition, key),
    ...valuesOf('v', of.fields),
    ...stamps.values,
    ':versions': textOf(of.versions),
  }
  scope.put(values)
  check?.part.put(values)
  const named = assignedShape(columns, of.fields)
  const shape = `${of.action} ${named} ${stamps.shape} ${selection.shape} ${scope.shape} ${of.deleted} ${of.versions === undefined} ${check?.part.shape ?? ''}`
  const rows = await session.run(
    shape,
    () => {
      const sets = [...assigned(columns, of.fields), ...stamps.sets]
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
    values,
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
    return change(session, key, {
      columns: [],
      fields: {},
      stamps,
      selection,
      versions,
      deleted: false,
      action: 'delete',
    })
  }
  const { table } = definition.model
  const scope = scopePart(session.scope(purge ? 'purge' : 'delete'), 's')
  const values = { ...keyValues(definition, key), ':versions': textOf(versions) }
  scope.put(values)
  return session.run(
    `remove ${selection.shape} ${scope.shape} ${versions === undefined}`,
    () => {
      const where = allOfThem(keyCondition(definition), scope.where(table), versionIs(definition, versions))
      return sql`delete from ${table} where ${where} ${returning(selection, definition, undefined)}`
    },
    values,
  )
}

/** Takes a soft deletion back: for those who may delete it. */
export function restoreRow(session: RowSession, key: Key, selection: Selection): Promise<RowSet> {
  const stamps = deleteStamps(session.definition, session.asker, false)
  return change(session, key, {
    columns: [],
    fields: {},
    stamps,
    selection,
    versions: undefined,
    deleted: true,
    action: 'delete',
  })
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

interface Check {
  readonly part: ReturnType<typeof scopePart>
  readonly verify: (rows: RowSet, selection: Selection) => void
}

/**
 * A row must not be written out of the writer's own reach. Where the scope compares only columns that are not written here, it holds as it
 * did before; otherwise the statement looks at what it wrote.
 */
export function checkPart(session: RowSession, scope: Scope, written?: readonly ModelColumn[]): Check | undefined {
  if (scope === true || isSystem(session.asker) || typeof scope === 'boolean') return undefined
  if (!needsCheck(session.definition, scope, written)) return undefined
  return {
    part: scopePart(scope, 'c'),
    verify: (rows, { columns }) => {
      for (let row = 0; row < rows.length; row += 1)
        if (rows.text(row, columns.length) !== 't') throw new Forbidden(OUT_OF_REACH)
    },
  }
}

const OUT_OF_REACH = 'The record would not be among those you may have.'

/** Whether a check must run, which needs a transaction to undo the write. */
export function needsCheck(
  { owned }: Definition,
  scope: Condition,
  written: readonly ModelColumn[] | undefined,
): boolean {
  const own = owned.map(({ column }) => column.key)
  // A plain `ownerId=`, joined by `&`: the server has filled it on creation, and nobody changes it unless it is among what is written.
  const plain = scope.shape.split(/[&()]/).filter((part) => part !== '')
  const columns = plain.map((part) => (part.endsWith('=') ? part.slice(0, -1) : undefined))
  if (columns.some((column) => column === undefined || !own.includes(column))) return true
  return written?.some(({ key }) => columns.includes(key)) ?? false
}

/** What rules compare with the caller is filled with it. */
function ownedBy({ asker, definition }: RowSession): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  if (asker.user === undefined) return fields
  for (const { column, value } of definition.owned) {
    const own = value(asker.user as never)
    if (own !== undefined && own !== null) fields[column.key] = own
  }
  return fields
}

/** Values that Drizzle's columns make in the code. */
function defaults({ model }: Definition, when: 'create' | 'update'): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  for (const { key, column } of model.columns) {
    const make = when === 'create' ? (column.defaultFn ?? column.onUpdateFn) : column.onUpdateFn
    if (make !== undefined) made[key] = make()
  }
  return made
}

/** SQL in the place of a value, such as `default`, is a part of the statement. */
function assigned(columns: readonly ModelColumn[], fields: Fields): Stamps['sets'] {
  return columns.map((column) => {
    const value = fields[column.key]
    return { column, value: is(value, SQL) ? value : place(`v:${column.key}`, column.column) }
  })
}

function assignedShape(columns: readonly ModelColumn[], fields: Fields): string {
  return columns
    .map(({ key }) => {
      const value = fields[key]
      return is(value, SQL) ? `${key}=${compileStatement(value).text}` : key
    })
    .join()
}

function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function columnsIn({ model }: Definition, fields: Fields): readonly ModelColumn[] {
  return model.columns.filter(({ key }) => fields[key] !== undefined)
}

function valuesOf(prefix: string, fields: Fields): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) values[`${prefix}:${key}`] = value
  return values
}
