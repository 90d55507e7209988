import { createHash } from 'node:crypto'
import { is, Param, Placeholder, sql, type SQL } from 'drizzle-orm'
import { PgDialect, type PgColumn } from 'drizzle-orm/pg-core'
import type { Condition, Scope, Slots } from '../rows/condition.ts'
import type { Statement } from '../wire/statement.ts'

/** The values of one run, by the names of their places. */
export type Values = Readonly<Record<string, unknown>>

/** A statement with what gives the values of its places. */
export interface CompiledStatement extends Statement {
  bind(values: Values): unknown[]
}

const dialect = new PgDialect()

/** Turns Drizzle's SQL with named places into text that is prepared once. */
export function compileStatement(query: SQL): CompiledStatement {
  const { sql: text, params } = dialect.sqlToQuery(query)
  const binders = params.map(binderOf)
  const name = `ashlar_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
  return { text, name, bind: (values) => binders.map((bind) => bind(values)) }
}

type Binder = (values: Values) => unknown

function binderOf(param: unknown): Binder {
  if (is(param, Placeholder)) return ({ [param.name]: value }) => value
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { name } = param.value
    const { encoder } = param
    return ({ [name]: value }) => (value === null || value === undefined ? null : encoder.mapToDriverValue(value))
  }
  return () => param
}

/** The place of a value that is given with each run; encoded as `column` says, where one is named. */
export function place(name: string, column?: PgColumn): SQL {
  const placeholder = sql.placeholder(name)
  return column === undefined ? sql`${placeholder}` : sql`${sql.param(placeholder, column)}`
}

/** A condition's places are named by a prefix and their number; its values are encoded already. */
export function placesOf(prefix: string): Slots {
  let next = 0
  return () => place(`${prefix}:${next++}`)
}

export function putValues(target: Record<string, unknown>, prefix: string, { values }: Condition): void {
  for (const [index, value] of values.entries()) target[`${prefix}:${index}`] = value
}

/** For the key of a statement's cache. */
export function shapeOf(scope: Scope): string {
  return typeof scope === 'boolean' ? String(scope) : scope.shape
}
