import type { Operator } from './operators.ts'

/** What of a column's type decides about operators. Structural, since comparing Drizzle's classes costs far more. */
interface ColumnTypes {
  readonly dataType: string
  readonly columnType: string
  readonly notNull: boolean
  readonly enumValues: readonly string[] | undefined
  readonly data: unknown
}

type Choice = 'eq' | 'ne' | 'in'
type Ordered = Choice | 'lt' | 'lte' | 'gt' | 'gte'
type Text = Ordered | 'contains' | 'startsWith'

/** The operators that make sense for a column. */
export type OperatorOf<Column> = Column extends { readonly _: infer C extends ColumnTypes }
  ? Comparison<C> | (C['notNull'] extends true ? never : 'isNull')
  : // A column of any table.
    Operator

type Comparison<C extends ColumnTypes> = string extends C['columnType']
  ? Operator
  : C['columnType'] extends 'PgArray'
    ? 'has'
    : C['columnType'] extends 'PgJsonb'
      ? 'containsJson'
      : ByDataType<C>

type ByDataType<C extends ColumnTypes> = C['dataType'] extends 'boolean'
  ? 'eq' | 'ne'
  : C['dataType'] extends 'custom'
    ? Exclude<Operator, 'isNull'>
    : C['dataType'] extends 'json' | 'array' | 'buffer'
      ? never
      : C['dataType'] extends 'string'
        ? ByText<C>
        : Ordered

type ByText<C extends ColumnTypes> =
  IsEnum<C['enumValues']> extends true
    ? Choice
    : C['columnType'] extends 'PgText' | 'PgVarchar' | 'PgChar'
      ? Text
      : Ordered

type IsEnum<Values> = Values extends readonly string[] ? (string extends Values[number] ? false : true) : false

/** What an operator of a column is given in the code; on the wire `containsJson` is JSON in a text. */
export type OperandOf<Column, O> = Column extends { readonly _: { readonly data: infer Data } }
  ? O extends 'isNull'
    ? boolean
    : O extends 'in'
      ? readonly Data[]
      : O extends 'contains' | 'startsWith'
        ? string
        : O extends 'containsJson'
          ? unknown
          : Data
  : unknown
