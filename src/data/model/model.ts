import { getTableColumns, is } from 'drizzle-orm'
import { getTableConfig, PgTable, type PgColumn } from 'drizzle-orm/pg-core'

/** A column as resources and repositories see it. */
export interface ModelColumn {
  /** Its key in the Drizzle table, which is its name in JSON. */
  readonly key: string
  readonly column: PgColumn
}

/** What the server writes into a row by itself: the columns' keys, where the table has them. */
interface LifeColumns {
  readonly createdAt?: string
  readonly updatedAt?: string
  readonly createdBy?: string
  readonly updatedBy?: string
  readonly deletedAt?: string
  readonly deletedBy?: string
  readonly version?: string
}

/** A table, worked out once for all statements about it. */
export interface Model {
  readonly table: PgTable
  /** Its name in the database, for messages. */
  readonly name: string
  readonly columns: readonly ModelColumn[]
  readonly byKey: ReadonlyMap<string, ModelColumn>
  readonly primaryKey: readonly ModelColumn[]
  /** What may leave the process: never the private ones. Only these can be filtered, sorted, searched and chosen. */
  readonly visible: readonly ModelColumn[]
  readonly life: LifeColumns
}

interface ModelOptions {
  readonly private?: readonly string[]
  readonly softDelete?: boolean | string
  readonly version?: boolean | 'required'
}

const STAMPS = ['createdAt', 'updatedAt', 'createdBy', 'updatedBy'] as const

/**
 * Works a table out.
 *
 * @throws TypeError where it is no table, has no primary key, or a column is named that it does not have.
 */
export function modelOf(table: PgTable, options: ModelOptions = {}): Model {
  if (!is(table, PgTable))
    throw new TypeError('This is not a table: a Drizzle table is made with pgTable(...) of drizzle-orm/pg-core.')
  const config = getTableConfig(table)
  const columns = Object.entries(getTableColumns(table)).map(([key, column]) => ({ key, column: column }))
  const byKey = new Map(columns.map((each) => [each.key, each]))
  const primaryKey = primaryKeyOf(columns, config)
  if (primaryKey.length === 0)
    throw new TypeError(`The table "${config.name}" has no primary key: a row of it has no address. Give it one.`)
  const find = (key: string, what: string): string => {
    if (byKey.has(key)) return key
    throw new TypeError(
      `${what} names the column "${key}", which the table "${config.name}" does not have. It has ${[...byKey.keys()].join(', ')}.`,
    )
  }
  const hidden = new Set((options.private ?? []).map((key) => find(key, 'private')))
  return {
    table,
    name: config.name,
    columns,
    byKey,
    primaryKey,
    visible: columns.filter(({ key }) => !hidden.has(key)),
    life: lifeOf(byKey, options, find),
  }
}

type TableConfig = ReturnType<typeof getTableConfig>

function primaryKeyOf(columns: readonly ModelColumn[], { primaryKeys }: TableConfig): readonly ModelColumn[] {
  const composite = primaryKeys[0]?.columns ?? []
  if (composite.length === 0) return columns.filter(({ column }) => column.primary)
  return composite.flatMap((part) => columns.find(({ column }) => column.name === part.name) ?? [])
}

function lifeOf(
  byKey: ReadonlyMap<string, ModelColumn>,
  { softDelete, version }: ModelOptions,
  find: (key: string, what: string) => string,
): LifeColumns {
  const found: Record<string, string> = {}
  for (const key of STAMPS) if (byKey.has(key)) found[key] = key
  if (softDelete !== undefined && softDelete !== false) {
    found['deletedAt'] = find(softDelete === true ? 'deletedAt' : softDelete, 'softDelete')
    if (byKey.has('deletedBy')) found['deletedBy'] = 'deletedBy'
  }
  if (version !== undefined && version !== false) found['version'] = find('version', 'version')
  return found
}
