import { getTableColumns } from 'drizzle-orm'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import type { SearchOptions } from '../query/search.ts'
import type { AdviceCatalog, CatalogColumn } from './catalog.ts'
import type { IndexUse } from './index-use.ts'

export interface NeedTerm {
  readonly column: CatalogColumn
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** A use, in the database's own names. */
export interface Need {
  readonly kind: IndexUse['kind']
  readonly schema: string
  readonly table: string
  readonly terms: readonly NeedTerm[]
  /** Names of columns that are compared with `=` besides. */
  readonly within: readonly string[]
  readonly whereNull: string | undefined
  readonly search: SearchOptions | undefined
  /** Where the tables are declared, for its keys. */
  readonly declared: PgTable | undefined
  readonly from: string
}

/** What is declared, and the database's foreign keys. Tables that the database does not have are left out: another one has them. */
export function needsOf(
  catalog: AdviceCatalog,
  uses: readonly IndexUse[],
  tables: readonly PgTable[],
): readonly Need[] {
  return [...uses.flatMap((use) => declaredNeed(catalog, use) ?? []), ...foreignKeyNeeds(catalog, tables)]
}

function declaredNeed(catalog: AdviceCatalog, use: IndexUse): Need | undefined {
  const { name: table, schema = 'public' } = getTableConfig(use.table)
  const columns = catalog.columns.filter((each) => each.table === table && each.schema === schema)
  if (columns.length === 0) return undefined
  const columnOf = (key: string): CatalogColumn => {
    const name = getTableColumns(use.table)[key]?.name
    const found = columns.find((column) => column.name === name)
    if (found !== undefined) return found
    throw new TypeError(
      name === undefined
        ? `${use.from}: the table "${table}" has no column "${key}".`
        : `${use.from}: the column "${name}" of the table "${table}" is not in the database yet. Apply its migrations first.`,
    )
  }
  return {
    kind: use.kind,
    schema,
    table,
    terms: use.columns.map((term) => {
      const { key, descending = false, nullsFirst = descending } = typeof term === 'string' ? { key: term } : term
      return { column: columnOf(key), descending, nullsFirst }
    }),
    within: (use.within ?? []).map((key) => columnOf(key).name),
    whereNull: use.whereNull === undefined ? undefined : columnOf(use.whereNull).name,
    search: use.kind === 'search' ? (use.search ?? { columns: keysOf(use) }) : undefined,
    declared: use.table,
    from: use.from,
  }
}

function keysOf({ columns }: IndexUse): readonly string[] {
  return columns.map((term) => (typeof term === 'string' ? term : term.key))
}

/** Without an index, each change of a row that is referred to reads the whole table that refers to it. */
function foreignKeyNeeds({ foreignKeys, columns }: AdviceCatalog, tables: readonly PgTable[]): readonly Need[] {
  return foreignKeys.map((key) => {
    const same = ({ schema, table }: { schema: string; table: string }): boolean =>
      schema === key.schema && table === key.table
    const declared = tables.find((each) => {
      const { name, schema = 'public' } = getTableConfig(each)
      return same({ schema, table: name })
    })
    const own = columns.filter(same)
    return {
      kind: 'foreign key',
      schema: key.schema,
      table: key.table,
      terms: key.columns.flatMap((name) => {
        const column = own.find((each) => each.name === name)
        return column === undefined ? [] : [{ column, descending: false, nullsFirst: false }]
      }),
      within: [],
      whereNull: undefined,
      search: undefined,
      declared,
      from: `foreign key "${key.name}" to "${key.references}"`,
    }
  })
}
