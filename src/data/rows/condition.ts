import { and, eq, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'

/** Gives the place of the next value, encoded as `column` says where one is named. */
export type Slots = (column?: PgColumn) => SQL

/** A part of a WHERE that knows its values apart from its text. */
export interface Condition {
  /** Conditions of equal shape have equal SQL. None is the beginning of another, so that several in a row stay as clear. */
  readonly shape: string
  /** What it compares, where it does nothing else: tells without the database what it says of a row. */
  readonly compares?: Comparison | undefined
  /** In the order in which `sql` asks for their places. */
  readonly values: readonly unknown[]
  /** On the columns of `table`, which may be an alias. Called only where no statement of this shape exists yet. */
  sql(table: PgTable, slots: Slots): SQL
}

/** Of columns, by their keys, with values as the driver gets them. */
export type Comparison =
  | { readonly column: string; readonly value: unknown }
  | { readonly type: 'all' | 'any'; readonly of: readonly Comparison[] }

/** Which rows: all, none, or those for which a condition holds. */
export type Scope = boolean | Condition

/** A name or a text as a part of shapes: with its length, so that it ends where it ends whatever is in it. */
export function sized(text: string): string {
  return `${text.length}:${text}`
}

/** The condition that a column has this value. `value` is as the driver gets it. */
export function columnEquals(column: string, value: unknown, find: (table: PgTable) => PgColumn): Condition {
  return {
    shape: `${sized(column)}=`,
    compares: { column, value },
    values: [value],
    sql: (table, slots) => {
      const own = find(table)
      return eq(own, slots(own))
    },
  }
}

/** All must hold. */
export function everyOf(scopes: readonly Scope[]): Scope {
  return combined(scopes, { decisive: false, sign: '&', type: 'all', join: and })
}

/** At least one must hold. */
export function someOf(scopes: readonly Scope[]): Scope {
  return combined(scopes, { decisive: true, sign: '|', type: 'any', join: or })
}

interface Combination {
  /** The value that settles it. */
  readonly decisive: boolean
  readonly sign: string
  readonly type: 'all' | 'any'
  readonly join: (...parts: SQL[]) => SQL | undefined
}

function combined(scopes: readonly Scope[], { decisive, sign, type, join }: Combination): Scope {
  if (scopes.includes(decisive)) return decisive
  const parts = scopes.filter((scope) => typeof scope !== 'boolean')
  const [first] = parts
  if (first === undefined) return !decisive
  if (parts.length === 1) return first
  return {
    shape: `(${parts.map(({ shape }) => shape).join(sign)})`,
    compares: comparisonOf(type, parts),
    values: parts.flatMap(({ values }) => values),
    sql: (table, slots) => {
      const joined = join(...parts.map((part) => part.sql(table, slots)))
      return sql`(${joined as SQL})`
    },
  }
}

function comparisonOf(type: 'all' | 'any', parts: readonly Condition[]): Comparison | undefined {
  const of = parts.flatMap(({ compares }) => compares ?? [])
  return of.length === parts.length ? { type, of } : undefined
}
