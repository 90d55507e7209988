import { getTableName, sql, type SQL } from 'drizzle-orm'
import { index, type IndexBuilder, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import { columnKind } from '../columns/column-kind.ts'
import { columnIn } from './filters.ts'

/** How a list is searched. */
export interface SearchOptions<Key extends string = string> {
  /** Text columns, in the order of the text that is searched. */
  readonly columns: readonly Key[]
  /** A text search configuration of PostgreSQL, such as `english`, which knows word forms and stop words. Default `simple`: words as they are. */
  readonly language?: string
  /** Whether the last word may be the beginning of one, as for results while typing. Default `false`. */
  readonly prefix?: boolean
  /** How much a match in a column counts: from `A` (most) to `D`, the default. */
  readonly weights?: { readonly [K in Key]?: 'A' | 'B' | 'C' | 'D' }
}

/** The name under which the words are bound. */
export const SEARCH_NAME = 'search'

type ColumnOf = (key: string) => PgColumn

/** A search, worked out once: the parts of its SQL. */
export class Search {
  readonly columns: readonly string[]
  readonly #options: SearchOptions
  readonly #language: SQL

  constructor(options: SearchOptions | readonly string[]) {
    this.#options = isList(options) ? { columns: options } : options
    this.columns = this.#options.columns
    this.#language = languageSql(this.#options.language ?? 'simple')
  }

  matches(columnOf: ColumnOf): SQL {
    return sql`${this.vector(columnOf)} @@ ${this.#query()}`
  }

  rank(columnOf: ColumnOf): SQL {
    return sql`ts_rank(${this.vector(columnOf)}, ${this.#query()})`
  }

  /** What is searched, and what an index is made on. */
  vector(columnOf: ColumnOf): SQL {
    const { weights } = this.#options
    const texts = this.columns.map((key) => sql`coalesce(${checkText(key, columnOf(key))}, '')`)
    if (weights === undefined) return sql`to_tsvector(${this.#language}, ${sql.join(texts, sql` || ' ' || `)})`
    const weighted = texts.map((text, at) => {
      const weight = sql.raw(`'${WEIGHTS[weights[this.columns[at] as string] ?? 'D']}'`)
      return sql`setweight(to_tsvector(${this.#language}, ${text}), ${weight})`
    })
    return sql`(${sql.join(weighted, sql` || `)})`
  }

  /** Takes any text: quotes, `or` and `-` mean something, and nothing is an error. */
  #query(): SQL {
    const query = sql`websearch_to_tsquery(${this.#language}, ${sql.placeholder(SEARCH_NAME)})`
    // A quote at the end is the end of the last word.
    return this.#options.prefix === true ? sql`regexp_replace(${query}::text, '''$', ''':*')::tsquery` : query
  }
}

const WEIGHTS = { A: 'A', B: 'B', C: 'C', D: 'D' } as const

/** The columns as a table's extra configuration has them. */
type ExtraColumns = Readonly<Record<string, { readonly table: PgTable }>>

/**
 * The index that makes a search fast, for a table's definition. Give it what the list has as `search`: PostgreSQL takes an index for an
 * expression only where the two are the same. It is a GIN index, named after the table: `notes_search_index`.
 *
 * @example
 * const notes = pgTable('notes', { id: varchar().primaryKey(), title: varchar() }, (table) => [searchIndex(table, ['title'])])
 * @throws TypeError for a column that is not text, or that the table does not have
 * @see PostgreSQL, "Preferred Index Types for Text Search"
 */
export function searchIndex<Columns extends { readonly [K in keyof Columns]: { readonly table: PgTable } }>(
  table: Columns,
  options: SearchOptions<keyof Columns & string> | readonly (keyof Columns & string)[],
): IndexBuilder {
  const search = new Search(options)
  const columnOf = (key: string): PgColumn => {
    const column = (table as ExtraColumns)[key]
    if (column === undefined) throw new TypeError(`searchIndex: the table has no column "${key}".`)
    // The columns of a table's extra configuration are copies that do not know their type.
    return columnIn(column.table, key)
  }
  const { table: owner } = columnOf(search.columns[0] ?? '')
  return index(`${getTableName(owner)}_search_index`).using('gin', sql`${search.vector(columnOf)}`)
}

function isList(options: SearchOptions | readonly string[]): options is readonly string[] {
  return Array.isArray(options)
}

/** Part of the SQL, so that the index knows it: never from a request. */
function languageSql(language: string): SQL {
  if (/^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?$/.test(language)) return sql.raw(`'${language}'`)
  throw new TypeError(
    `search: ${JSON.stringify(language)} is not the name of a text search configuration; write for example "english".`,
  )
}

function checkText(key: string, column: PgColumn): PgColumn {
  if (columnKind(column).like) return column
  throw new TypeError(`search: the column "${key}" is not text, and only text can be searched.`)
}
