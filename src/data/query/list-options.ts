import type { ColumnName, ColumnsOf, TableLike } from '../columns/table-types.ts'
import type { OperatorOf } from './column-operators.ts'
import type { Operator } from './operators.ts'
import type { SearchOptions } from './search.ts'

/** Rows of a page where the caller does not say. */
export const DEFAULT_LIMIT = 20
/** Rows of a page at most; more is taken as this. */
export const MAX_LIMIT = 100
/** Rows that an offset can skip at most: PostgreSQL reads all of them. */
export const MAX_OFFSET = 10_000
/** Names of one `sort`. */
export const MAX_SORT = 5

/** A column by its name in the code, without those that never leave the process. */
export type VisibleColumn<Table extends TableLike, Private = never> = Exclude<ColumnName<Table>, Private>

/** A column of a relation, such as `categories.id`. */
export type RelatedColumn = `${string}.${string}`

/** How rows are sorted: `dueAt`, `-dueAt` for descending; where the column may be null also `dueAt.nullsFirst`, `-dueAt.nullsLast` and so on. */
export type SortName<Table extends TableLike, Column> =
  Column extends ColumnName<Table>
    ? ColumnsOf<Table>[Column] extends { readonly _: { readonly notNull: true } }
      ? Column | `-${Column}`
      : Column | `-${Column}` | `${Column | `-${Column}`}.${'nullsFirst' | 'nullsLast'}`
    : never

/** What callers can ask of a list. What is not named here cannot be asked. */
export interface ListOptions<Table extends TableLike = TableLike, Private extends string = never> {
  /** How callers turn pages: by the cursor of the page before, at any depth for the same cost, or by an offset. Default `keyset`. */
  readonly page?: 'keyset' | 'offset'
  /** Rows of a page. Default 20, at most 100. */
  readonly limit?: { readonly default?: number; readonly max?: number }
  /** Columns that can be filtered by, with all operators that make sense for their types, or with those that are named. */
  readonly filter?:
    | readonly (VisibleColumn<Table, Private> | RelatedColumn)[]
    | ({ readonly [K in VisibleColumn<Table, Private>]?: readonly OperatorOf<ColumnsOf<Table>[K]>[] } & {
        readonly [K in RelatedColumn]?: readonly Operator[]
      })
  /** Columns that can be sorted by. */
  readonly sort?: readonly VisibleColumn<Table, Private>[]
  /** How rows are sorted where the caller does not say. Default: by the primary key, which also completes every other order. */
  readonly defaultSort?: readonly SortName<Table, VisibleColumn<Table, Private>>[]
  /** Full-text search over text columns. Make the index with `searchIndex`. */
  readonly search?: readonly VisibleColumn<Table, Private>[] | SearchOptions<VisibleColumn<Table, Private>>
  /** `false`: callers cannot choose fields. Default `true`. */
  readonly select?: boolean
  /** Relations that can be included, and filtered by, by name. */
  readonly include?: object
  /**
   * Ways of counting that callers can ask for. `exact` reads every row that fits; `estimated` asks PostgreSQL's planner,
   * where the caller may see all rows: of some it counts those, since estimates are made from everybody's. Default: none.
   */
  readonly count?: readonly ('exact' | 'estimated')[]
}

/** Options of some table, as the code that reads them has them. */
export type AnyListOptions = Omit<ListOptions, 'filter' | 'sort' | 'defaultSort' | 'search'> & {
  readonly filter?: readonly string[] | { readonly [name: string]: readonly string[] | undefined }
  readonly sort?: readonly string[]
  readonly defaultSort?: readonly string[]
  readonly search?: readonly string[] | SearchOptions
}
