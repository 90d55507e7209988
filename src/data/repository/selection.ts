import { getTableColumns, sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { columnKind } from '../columns/column-kind.ts'
import type { ModelColumn } from '../model/model.ts'
import { sized } from '../rows/condition.ts'
import type { WireField } from '../wire/columns.ts'
import { compileJson, type JsonWriter } from '../wire/json-rows.ts'
import { compileObjects, type ObjectReader } from '../wire/objects.ts'

/** What is read of a row, and what becomes of it. */
export interface Selection {
  /** Equal for equal columns. */
  readonly shape: string
  readonly columns: readonly ModelColumn[]
  /** The select list, of the table or an alias of it. */
  list(table: PgTable): SQL
  /** `undefined` where a column can only be written from its value in the code. */
  readonly json: JsonWriter | undefined
  readonly object: ObjectReader
}

interface SelectionParts {
  /** Read after the others, and no part of the JSON or the object. */
  readonly besides?: readonly ModelColumn[]
  /** Where the columns begin in the select list. Default 0. */
  readonly offset?: number
  /** Fields that are no columns of this table: included relations. */
  readonly more?: RelatedFields
  /** Keys of columns that are not read: NULL stands in their place, so that the others keep theirs, and they are no part of the JSON or the object. */
  readonly hidden?: ReadonlySet<string>
}

interface RelatedFields {
  readonly fields: readonly WireField[]
  readonly writable: boolean
}

export function selectionOf(columns: readonly ModelColumn[], parts: SelectionParts = {}): Selection {
  const { besides = [], offset = 0, more, hidden } = parts
  const own = hidden === undefined ? wireFields(columns, offset) : openFields(columns, offset, hidden)
  const shape = { fields: [...own.fields, ...(more?.fields ?? [])] }
  const writable = own.writable && (more?.writable ?? true)
  const read = [...columns, ...besides]
  let json: JsonWriter | undefined
  let object: ObjectReader | undefined
  return {
    shape: read.map(({ key }) => (hidden?.has(key) === true ? `-${sized(key)}` : sized(key))).join(''),
    columns: read,
    list: (table) => listOf(read, table, hidden),
    get json() {
      return (json ??= writable ? compileJson(shape) : undefined)
    },
    get object() {
      return (object ??= compileObjects(shape))
    },
  }
}

/** How columns that stand together in a select list become JSON or values. */
export function wireFields(columns: readonly ModelColumn[], offset: number): RelatedFields {
  const kinds = columns.map(({ column }) => columnKind(column))
  return {
    fields: columns.map(({ key }, index) => {
      const { wire, decode } = kinds[index]!
      return { key, index: offset + index, kind: wire ?? 'string', decode }
    }),
    writable: kinds.every(({ wire }) => wire !== undefined),
  }
}

/** The fields of the columns that are not hidden, each at its place among all of them. */
function openFields(columns: readonly ModelColumn[], offset: number, hidden: ReadonlySet<string>): RelatedFields {
  const { fields } = wireFields(columns, offset)
  const open = columns.filter(({ key }) => !hidden.has(key))
  return { fields: fields.filter(({ key }) => !hidden.has(key)), writable: wireFields(open, 0).writable }
}

export function listOf(columns: readonly ModelColumn[], table: PgTable, hidden?: ReadonlySet<string>): SQL {
  const own: Readonly<Record<string, PgColumn>> = getTableColumns(table)
  return sql.join(
    columns.map(({ key }) => (hidden?.has(key) === true ? sql`null` : sql`${own[key]}`)),
    sql`, `,
  )
}
