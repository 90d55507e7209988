import { and, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'

/** Gives the place of the next value, encoded as `column` says where one is named. */
export type Slots = (column?: PgColumn) => SQL

/** A part of a WHERE that knows its values apart from its text. */
export interface Condition {
  /** Conditions of equal shape have equal SQL. */
  readonly shape: string
  /** In the order in which `sql` asks for their places. */
  readonly values: readonly unknown[]
  /** On the columns of `table`, which may be an alias. Called only where no statement of this shape exists yet. */
  sql(table: PgTable, slots: Slots): SQL
}

/** Which rows: all, none, or those for which a condition holds. */
export type Scope = boolean | Condition

/** All must hold. */
export function everyOf(scopes: readonly Scope[]): Scope {
  return combined(scopes, { decisive: false, sign: '&', join: and })
}

/** At least one must hold. */
export function someOf(scopes: readonly Scope[]): Scope {
  return combined(scopes, { decisive: true, sign: '|', join: or })
}

interface Combination {
  /** The value that settles it. */
  readonly decisive: boolean
  readonly sign: string
  readonly join: (...parts: SQL[]) => SQL | undefined
}

function combined(scopes: readonly Scope[], { decisive, sign, join }: Combination): Scope {
  if (scopes.includes(decisive)) return decisive
  const parts = scopes.filter((scope) => typeof scope !== 'boolean')
  const [first] = parts
  if (first === undefined) return !decisive
  if (parts.length === 1) return first
  return {
    shape: `(${parts.map(({ shape }) => shape).join(sign)})`,
    values: parts.flatMap(({ values }) => values),
    sql: (table, slots) => {
      const joined = join(...parts.map((part) => part.sql(table, slots)))
      return sql`(${joined as SQL})`
    },
  }
}
