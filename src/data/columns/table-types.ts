import type { z } from 'zod'
import type { InputOf, OutputOf } from '../../core/schema.ts'

/**
 * What of a table's type is read here. A Drizzle table fits, and telling so is cheap: comparing it with `PgTable` makes the compiler work
 * out what all of its rows are.
 */
export interface TableLike {
  readonly _: { readonly columns: Readonly<Record<string, object>>; readonly config: { readonly dialect: string } }
}

/** A table's columns by their names in the code. */
export type ColumnsOf<Table extends TableLike> = Table['_']['columns']

/** The names of a table's columns in the code. */
export type ColumnName<Table extends TableLike> = keyof ColumnsOf<Table> & string

/** What of a column's type is read here. Structural, since comparing Drizzle's classes costs far more. */
interface ColumnTypes {
  readonly _: {
    readonly data: unknown
    readonly dataType: string
    readonly notNull: boolean
    readonly hasDefault: boolean
    readonly isPrimaryKey: boolean
    readonly generated: unknown
    readonly identity: unknown
  }
}

type DataOf<Column> = Column extends ColumnTypes ? Column['_']['data'] : never

/** The schema a `refine` function is given: that of the column's values, NULL aside. */
export type ColumnSchema<Column> = Column extends ColumnTypes
  ? SchemaOfType<Column['_']['dataType'], Column['_']['data']>
  : never

type SchemaOfType<DataType extends string, Data> = DataType extends 'string'
  ? string extends Data
    ? z.ZodString
    : z.ZodType<Data>
  : DataType extends 'number'
    ? z.ZodNumber
    : DataType extends 'bigint'
      ? z.ZodBigInt
      : DataType extends 'boolean'
        ? z.ZodBoolean
        : z.ZodType<Data>

/** Schemas in place of columns' own, by the columns' names. What they give must fit the column. */
export type Refined<Table extends TableLike> = {
  readonly [K in ColumnName<Table>]?: z.ZodType<DataOf<ColumnsOf<Table>[K]>>
}

/** How refinements are written: as a schema, or as a function of the column's own. */
export type Refinements<Table extends TableLike, Refine> = {
  readonly [K in keyof Refine]:
    Refine[K] | ((schema: K extends ColumnName<Table> ? ColumnSchema<ColumnsOf<Table>[K]> : never) => Refine[K])
}

/** Makes a misspelt column a type error. */
export type OnlyColumns<Table extends TableLike, Refine> = {
  readonly refine?: { readonly [K in Exclude<keyof Refine, ColumnName<Table>>]: never }
}

type Null<Column extends ColumnTypes> = Column['_']['notNull'] extends true ? never : null
// Taken out of an object, so that editors show `string | null` and not the name of this type with all of the column.
type Output<Column extends ColumnTypes, K, R> = {
  of: (K extends keyof R ? OutputOf<R[K]> : Column['_']['data']) | Null<Column>
}['of']
type Input<Column extends ColumnTypes, K, R> = {
  of: (K extends keyof R ? InputOf<R[K]> : Column['_']['data']) | Null<Column>
}['of']

/** Columns nobody but the database writes. */
type Computed<Column extends ColumnTypes> = Column['_']['generated'] extends undefined
  ? Column['_']['identity'] extends 'always'
    ? true
    : false
  : true

type Defaulted<Column extends ColumnTypes> = Column['_']['hasDefault'] extends true
  ? true
  : Column['_']['notNull'] extends true
    ? false
    : true

type Written<Columns, Except> = {
  [K in keyof Columns]: K extends Except
    ? never
    : Columns[K] extends ColumnTypes
      ? Computed<Columns[K]> extends true
        ? never
        : K
      : never
}[keyof Columns]

type Changed<Columns, Except> = {
  [K in Written<Columns, Except>]: Columns[K] extends { readonly _: { readonly isPrimaryKey: true } } ? never : K
}[Written<Columns, Except>]

type Kept<Columns, Except> = Exclude<keyof Columns, Except>
type Field<Column, K, R> = Column extends ColumnTypes ? z.ZodType<Output<Column, K, R>, Input<Column, K, R>> : never
type NewField<Column, K, R> = Column extends ColumnTypes
  ? Defaulted<Column> extends true
    ? z.ZodOptional<Field<Column, K, R>>
    : K extends keyof R
      ? undefined extends InputOf<R[K]>
        ? Field<Column, K, R> & MayBeAbsent
        : Field<Column, K, R>
      : Field<Column, K, R>
  : never

/** What Zod's types say of a schema with a default. */
interface MayBeAbsent {
  readonly _zod: { readonly optin: 'optional' }
}

/** A row's answer always has the column's own values: a refinement only says more about them. */
type RowField<Column, K, R> = Column extends ColumnTypes ? z.ZodType<Output<Column, K, R>, Output<Column, K, R>> : never

/** The fields of a row as it is sent. */
export type RowShape<Table extends TableLike, Private = never, Refine = {}> = {
  [K in Kept<ColumnsOf<Table>, Private>]: RowField<ColumnsOf<Table>[K], K, Refine>
}

/** The fields that create a row. `Except` are the read-only columns. */
export type NewRowShape<Table extends TableLike, Except = never, Refine = {}> = {
  [K in Written<ColumnsOf<Table>, Except>]: NewField<ColumnsOf<Table>[K], K, Refine>
}

/** The fields that change a row. `Except` are the read-only and the write-once columns. */
export type ChangesShape<Table extends TableLike, Except = never, Refine = {}> = {
  [K in Changed<ColumnsOf<Table>, Except>]: z.ZodOptional<Field<ColumnsOf<Table>[K], K, Refine>>
}

/** The fields that replace a row: as those that create one, but for what a row keeps. */
export type ReplacementShape<Table extends TableLike, Except = never, Refine = {}> = {
  [K in Changed<ColumnsOf<Table>, Except>]: NewField<ColumnsOf<Table>[K], K, Refine>
}

type Value<Column, K, R> = Column extends ColumnTypes ? Output<Column, K, R> : never
type NeededOf<Columns, Keys extends keyof Columns> = {
  [K in Keys]: Columns[K] extends ColumnTypes ? (Defaulted<Columns[K]> extends true ? never : K) : never
}[Keys]
type Flat<T> = { [K in keyof T]: T[K] }

/** A row without its private columns. */
export type RowOf<Table extends TableLike, Private = never, Refine = {}> = {
  [K in Kept<ColumnsOf<Table>, Private>]: Value<ColumnsOf<Table>[K], K, Refine>
}

/** What creates a row. `Except` are the read-only columns. */
export type NewRowOf<Table extends TableLike, Except = never, Refine = {}> = New<
  ColumnsOf<Table>,
  Written<ColumnsOf<Table>, Except>,
  Refine
>
type New<Columns, Keys extends keyof Columns, Refine> = Flat<
  { [K in NeededOf<Columns, Keys>]: Value<Columns[K], K, Refine> } & {
    [K in Exclude<Keys, NeededOf<Columns, Keys>>]?: Value<Columns[K], K, Refine> | undefined
  }
>

/** What changes a row. `Except` are the read-only and the write-once columns. */
export type ChangesOf<Table extends TableLike, Except = never, Refine = {}> = {
  [K in Changed<ColumnsOf<Table>, Except>]?: Value<ColumnsOf<Table>[K], K, Refine> | undefined
}
