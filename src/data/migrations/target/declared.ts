import { is } from 'drizzle-orm'
import {
  getTableConfig,
  isPgEnum,
  isPgMaterializedView,
  isPgSchema,
  isPgSequence,
  isPgView,
  PgArray,
  PgEnumColumn,
  PgEnumObjectColumn,
  PgPolicy,
  PgRole,
  PgTable,
  type PgColumn,
  type PgEnum,
  type PgMaterializedView,
  type PgSequence,
  type PgView,
} from 'drizzle-orm/pg-core'
import type { DrizzleSchema } from '../../drizzle.ts'

export type TableConfig = ReturnType<typeof getTableConfig>
type DeclaredEnum = Pick<PgEnum<[string, ...string[]]>, 'enumName' | 'enumValues' | 'schema'>

/** What the code says a database consists of. */
export interface Declared {
  readonly schemas: readonly string[]
  readonly roles: readonly string[]
  readonly enums: readonly DeclaredEnum[]
  readonly sequences: readonly PgSequence[]
  readonly tables: readonly TableConfig[]
  readonly views: readonly (PgView | PgMaterializedView)[]
}

/** Gathers Drizzle's objects. Relations and whatever else a module exports are passed over. */
export function declaredIn(schema: DrizzleSchema): Declared {
  const values = [...new Set(Object.values(schema))]
  const tables = values.filter((value) => is(value, PgTable)).map((table) => withLinked(table, values))
  const views = values.filter((value) => isPgView(value) || isPgMaterializedView(value))
  // An enum that is used and not exported is as needed as one that is.
  const enums = [...values.filter((value) => isPgEnum(value)), ...tables.flatMap(enumsOf)]
  const sequences = values.filter((value) => isPgSequence(value))
  return {
    tables,
    views,
    sequences,
    enums: [...new Set<DeclaredEnum>(enums)],
    schemas: [
      ...new Set([
        ...values.filter((value) => isPgSchema(value)).map(({ schemaName }) => schemaName),
        ...[...tables, ...enums, ...sequences].flatMap(({ schema }) => schema ?? []),
      ]),
    ].filter((name) => name !== 'public'),
    roles: rolesOf(values, tables),
  }
}

/** A policy may be declared apart from its table, by `link`. */
function withLinked(table: PgTable, values: readonly unknown[]): TableConfig {
  const config = getTableConfig(table)
  const linked = values.filter(
    (value) => is(value, PgPolicy) && (value as { _linkedTable?: PgTable })._linkedTable === table,
  ) as PgPolicy[]
  return { ...config, policies: [...config.policies, ...linked] }
}

function enumsOf({ columns }: TableConfig): readonly DeclaredEnum[] {
  return columns.flatMap((column) => enumOf(column) ?? [])
}

/** The enum of a column, or of an array's elements. */
export function enumOf(column: PgColumn): DeclaredEnum | undefined {
  if (is(column, PgArray)) return enumOf((column as unknown as { readonly baseColumn: PgColumn }).baseColumn)
  if (is(column, PgEnumColumn) || is(column, PgEnumObjectColumn)) {
    return (column as unknown as { readonly enum: DeclaredEnum }).enum
  }
  return undefined
}

const NOT_ROLES = ['public', 'current_role', 'current_user', 'session_user']

function rolesOf(values: readonly unknown[], tables: readonly TableConfig[]): readonly string[] {
  const named = tables.flatMap(({ policies }) => policies.flatMap(({ to }) => roleNames(to)))
  const declared = values.filter((value) => is(value, PgRole)).map(({ name }) => name)
  return [...new Set([...declared, ...named])].filter((name) => !NOT_ROLES.includes(name))
}

export function roleNames(to: PgPolicy['to']): readonly string[] {
  if (to === undefined) return []
  if (Array.isArray(to)) return to.flatMap(roleNames)
  return [typeof to === 'string' ? to : to.name]
}
