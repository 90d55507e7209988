import type { ColumnName, ColumnsOf, TableLike } from '../columns/table-types.ts'
import type { OperandOf, OperatorOf } from './column-operators.ts'
import type { RelatedColumn, SortName, VisibleColumn } from './list-options.ts'
import type { Operator } from './operators.ts'

/** What a list is asked for in code: the language of the URL, as an object. All columns that are not private, and all their operators. */
export interface ListInput<Table extends TableLike = TableLike, Private extends string = never> {
  /** `{ done: true, dueAt: { gte: now } }`: all of these hold. `null` asks for rows without a value. */
  readonly filter?: {
    readonly [K in VisibleColumn<Table, Private>]?: ColumnFilter<ColumnsOf<Table>[K]>
  } & { readonly [K in RelatedColumn]?: unknown }
  readonly sort?: readonly (SortName<Table, VisibleColumn<Table, Private>> | 'relevance')[]
  readonly limit?: number
  /** Of a list with `page: 'offset'`. */
  readonly offset?: number
  readonly cursor?: string
  readonly search?: string
  readonly fields?: readonly VisibleColumn<Table, Private>[]
  readonly include?: readonly string[]
  readonly count?: Count
}

/** How the rows of all pages are counted. `estimated` is exact where the caller may see only some of the rows. */
export type Count = 'none' | 'exact' | 'estimated'

type ColumnFilter<Column> = Bare<Column> | { readonly [O in OperatorOf<Column>]?: OperandOf<Column, O> }
type Bare<Column> =
  | ('eq' extends OperatorOf<Column> ? OperandOf<Column, 'eq'> : never)
  | ('isNull' extends OperatorOf<Column> ? null : never)

/** The query parameters of a list with these options. */
export type ListQueryInput<Table extends TableLike, Options, Private extends string = never> = Filters<
  Table,
  OptionOf<Options, 'filter'>
> &
  Page<Options> &
  Sort<Table, Options> &
  (Options extends { readonly search: {} } ? { readonly search?: string } : unknown) &
  (Options extends { readonly select: false }
    ? unknown
    : { readonly fields?: readonly VisibleColumn<Table, Private>[] }) &
  (Options extends { readonly include: infer Include }
    ? { readonly include?: readonly (keyof Include & string)[] }
    : unknown) &
  (Options extends { readonly count: readonly (infer C)[] } ? { readonly count?: C | 'none' } : unknown)

type OptionOf<Options, Name extends string> = Options extends { readonly [N in Name]: infer Value } ? Value : never

type Page<Options> = { readonly limit?: number } & (Options extends { readonly page: 'offset' }
  ? { readonly offset?: number }
  : { readonly cursor?: string })

type Sort<Table extends TableLike, Options> = [SortNames<Table, Options>] extends [never]
  ? unknown
  : { readonly sort?: readonly SortNames<Table, Options>[] }
type SortNames<Table extends TableLike, Options> =
  | (Options extends { readonly sort: readonly (infer Column)[] } ? SortName<Table, Column> : never)
  | (Options extends { readonly search: {} } ? 'relevance' : never)

/** One optional parameter for each column and operator that is declared, and nothing computed for others. */
type Filters<Table extends TableLike, Filter> = {
  readonly [P in ParametersOf<Table, Filter>]?: ParameterValue<Table, P>
}

type ParametersOf<Table extends TableLike, Filter> = [Filter] extends [never]
  ? never
  : Filter extends readonly (infer Name)[]
    ? DeclaredParameters<Table, Name>
    : { [Name in keyof Filter & string]: Parameter<Name, ItemOf<Filter[Name]>> }[keyof Filter & string]

type DeclaredParameters<Table extends TableLike, Name> =
  Name extends ColumnName<Table>
    ? Parameter<Name, OperatorOf<ColumnsOf<Table>[Name]>>
    : Name extends string
      ? Parameter<Name, Operator>
      : never

type ItemOf<List> = List extends readonly (infer Item extends string)[] ? Item : never
type Parameter<Name extends string, O extends string> = O extends 'eq' ? BareName<Name> : `${Name}[${O}]`
type BareName<Name extends string> = Name extends Reserved ? `${Name}[eq]` : Name
type Reserved = 'limit' | 'offset' | 'cursor' | 'sort' | 'search' | 'fields' | 'include' | 'count'

type ParameterValue<Table extends TableLike, P> = P extends `${infer Name}[${infer O}]`
  ? NamedValue<Table, Name, O>
  : NamedValue<Table, P, 'eq'>

type NamedValue<Table extends TableLike, Name, O> = O extends 'containsJson'
  ? string
  : Name extends ColumnName<Table>
    ? OperandOf<ColumnsOf<Table>[Name], O>
    : RelatedValue<O>

/** The types of other tables are not known here. */
type RelatedValue<O> = O extends 'isNull' ? boolean : O extends 'in' | 'has' ? readonly Scalar[] : Scalar
type Scalar = string | number | boolean | bigint | Date
