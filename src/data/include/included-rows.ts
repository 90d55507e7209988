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
  Option extends { readonly of: infer Of } ? RowIn<Of> : Table extends PgTable ? RowOf<Table> : never,
  Option
>

/** Of a resource, without what it includes itself. */
type RowIn<Of> = Of extends () => infer R ? RowIn<R> : Of extends { readonly '~row'?: infer Row } ? Row : never

type Chosen<Row, Option> = Option extends { readonly fields: readonly (infer Field)[] }
  ? Pick<Row, Field & keyof Row>
  : Row
