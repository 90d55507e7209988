import { getTableColumns, sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { columnKind } from '../columns/column-kind.ts'
import type { ModelColumn } from '../model/model.ts'
import type { WireColumn } from '../wire/columns.ts'
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

/** `besides` are read after the others, and are no part of the JSON or the object. */
export function selectionOf(columns: readonly ModelColumn[], besides: readonly ModelColumn[] = []): Selection {
  const { fields, writable } = wireFields(columns)
  const read = [...columns, ...besides]
  let json: JsonWriter | undefined
  let object: ObjectReader | undefined
  return {
    shape: read.map(({ key }) => key).join(),
    columns: read,
    list: (table) => listOf(read, table),
    get json() {
      return (json ??= writable ? compileJson({ fields }) : undefined)
    },
    get object() {
      return (object ??= compileObjects({ fields }))
    },
  }
}

function wireFields(columns: readonly ModelColumn[]): {
  readonly fields: readonly WireColumn[]
  readonly writable: boolean
} {
  const kinds = columns.map(({ column }) => columnKind(column))
  return {
    fields: columns.map(({ key }, index) => {
      const { wire, decode } = kinds[index]!
      return { key, index, kind: wire ?? 'string', decode }
    }),
    writable: kinds.every(({ wire }) => wire !== undefined),
  }
}

export function listOf(columns: readonly ModelColumn[], table: PgTable): SQL {
  const own: Readonly<Record<string, PgColumn>> = getTableColumns(table)
  return sql.join(
    columns.map(({ key }) => sql`${own[key]}`),
    sql`, `,
  )
}
