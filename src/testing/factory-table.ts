import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'

/** A column under its key in the Drizzle table. */
export interface TableColumn {
  readonly key: string
  readonly column: PgColumn
}

/** Keys of this table, and those of the other that they refer to, in the same order. */
export interface TableReference {
  readonly keys: readonly string[]
  readonly table: PgTable
  readonly foreignKeys: readonly string[]
}

interface Reference {
  readonly columns: readonly PgColumn[]
  readonly foreignTable: PgTable
  readonly foreignColumns: readonly PgColumn[]
}

/** A foreign key, or what builds one in the table's third argument. */
interface ReferenceHolder {
  readonly reference: () => Reference
}

// The symbols that Drizzle registers for its tables. Its own functions for this come with 450 files, which tests of an app without
// tables would load too: 0.5 s of CPU for each test file (Node 26.10, drizzle-orm 0.45).
const NAME = Symbol.for('drizzle:Name')
const COLUMNS = Symbol.for('drizzle:Columns')
const INLINE = Symbol.for('drizzle:PgInlineForeignKeys')
const EXTRA = Symbol.for('drizzle:ExtraConfigBuilder')
const EXTRA_COLUMNS = Symbol.for('drizzle:ExtraConfigColumns')

export function tableName(table: PgTable): string {
  return inside(table)[NAME] as string
}

export function tableColumns(table: PgTable): readonly TableColumn[] {
  return Object.entries(inside(table)[COLUMNS] as Readonly<Record<string, PgColumn>>).map(([key, column]) => ({
    key,
    column,
  }))
}

/** What the table refers to, as far as its declaration says so; the shortest first. */
export function tableReferences(table: PgTable): readonly TableReference[] {
  const inline = Object.values(inside(table)[INLINE] as Readonly<Record<string, ReferenceHolder>>)
  const holders = [...inline, ...extraOf(table).filter(isReferenceHolder)]
  return holders
    .map(({ reference }) => reference())
    .map(({ columns, foreignTable, foreignColumns }) => ({
      keys: keysOf(table, columns),
      table: foreignTable,
      foreignKeys: keysOf(foreignTable, foreignColumns),
    }))
    .toSorted((a, b) => a.keys.length - b.keys.length)
}

function extraOf(table: PgTable): readonly unknown[] {
  const build = inside(table)[EXTRA] as ((columns: unknown) => object) | undefined
  if (build === undefined) return []
  const extra = build(inside(table)[EXTRA_COLUMNS])
  return Array.isArray(extra) ? extra.flat(1) : Object.values(extra)
}

function isReferenceHolder(part: unknown): part is ReferenceHolder {
  return typeof part === 'object' && part !== null && 'reference' in part && typeof part.reference === 'function'
}

/** By name: a table that is aliased or built again has columns of its own. */
function keysOf(table: PgTable, columns: readonly PgColumn[]): readonly string[] {
  const all = tableColumns(table)
  return columns.flatMap(({ name }) => all.find(({ column }) => column.name === name)?.key ?? [])
}

/** The symbols are not in Drizzle's types. */
function inside(table: PgTable): Readonly<Record<symbol, unknown>> {
  return table as unknown as Readonly<Record<symbol, unknown>>
}
