import type { Many, One, Relations } from 'drizzle-orm'
import type { DrizzleSchema } from '../drizzle.ts'

/** A table by its name. Not `PgTable`: comparing tables with it makes the compiler work out all of their rows. */
interface NamedTable {
  readonly _: { readonly name: string }
}

/** What Drizzle's `relations()` declares for a table, wherever in the schema it does. */
type Declared<Schema extends DrizzleSchema, Table extends NamedTable> = {
  [K in keyof Schema]: Schema[K] extends Relations<Table['_']['name'], infer Declaration> ? Declaration : never
}[keyof Schema]

type RelationIn<Declaration, Name> = Declaration extends unknown
  ? Name extends keyof Declaration
    ? Declaration[Name]
    : never
  : never

/** Whether a relation leads to one row or to many. */
export type RelationKind<Schema extends DrizzleSchema, Table extends NamedTable, Name extends string> =
  RelationIn<Declared<Schema, Table>, Name> extends infer R
    ? R extends One
      ? 'one'
      : R extends Many<string>
        ? 'many'
        : never
    : never

/** The table a relation leads to. */
export type RelatedTable<Schema extends DrizzleSchema, Table extends NamedTable, Name extends string> = TableNamed<
  Schema,
  RelationIn<Declared<Schema, Table>, Name> extends { readonly referencedTableName: infer TableName }
    ? TableName
    : never
>

type TableNamed<Schema extends DrizzleSchema, Name> = {
  [K in keyof Schema]: Schema[K] extends { readonly _: { readonly brand: 'Table'; readonly name: Name } }
    ? Schema[K]
    : never
}[keyof Schema]
