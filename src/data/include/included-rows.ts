import type { PgTable } from 'drizzle-orm/pg-core'
import type { RelatedTable, RelationKind } from '../columns/relation-types.ts'
import type { RowOf } from '../columns/table-types.ts'
import type { Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'

/** What a resource's includes add to its rows: there where they are asked for. */
export type IncludedRows<T extends PgTable, O> = O extends { readonly list: { readonly include: infer Include } }
  ? { readonly [Name in keyof Include]?: IncludedValue<T, SchemaIn<O>, Name & string, Include[Name]> }
  : unknown

type SchemaIn<O> = O extends { readonly database: Database<infer Schema> } ? Schema : DrizzleSchema

type IncludedValue<T extends PgTable, Schema extends DrizzleSchema, Name extends string, Option> = Option extends {
  readonly through: readonly [infer First extends string, infer Onward extends string]
}
  ? RelatedTable<Schema, T, First> extends infer Between extends PgTable
    ? IncludedRow<RelatedTable<Schema, Between, Onward>, Option>[]
    : never
  : RelationKind<Schema, T, Name> extends 'many'
    ? IncludedRow<RelatedTable<Schema, T, Name>, Option>[]
    : IncludedRow<RelatedTable<Schema, T, Name>, Option> | null

type IncludedRow<Table, Option> = Chosen<
  Option extends { readonly of: infer Of } ? RowOr<RowIn<Of>, Table> : Table extends PgTable ? RowOf<Table> : never,
  Option
>

/**
 * Resources that refer to each other, or one to itself, break the circle of their types by `(): Resource => other`, which does not say what its rows
 * are. They are the table's then: with `fields` these, and without any column may be private, and so absent.
 */
type RowOr<Row, Table> = unknown extends Row ? (Table extends PgTable ? Partial<RowOf<Table>> : never) : Row

/** Of a resource, without what it includes itself. */
type RowIn<Of> = Of extends () => infer R ? RowIn<R> : Of extends { readonly '~row'?: infer Row } ? Row : never

type Chosen<Row, Option> = Option extends { readonly fields: readonly (infer Field)[] }
  ? Required<Pick<Row, Field & keyof Row>>
  : Row
