import { is, sql, SQL } from 'drizzle-orm'
import { PgDialect, type PgTable } from 'drizzle-orm/pg-core'
import { sized, type Scope, type Slots } from './condition.ts'

/** What a predicate of the user's gives, with its values apart from its text. */
export function predicateScope(evaluate: (table: PgTable) => unknown, table: PgTable, name: string): Scope {
  const result = evaluate(table)
  if (typeof result === 'boolean') return result
  const template = templateOf(conditionOf(result, name))
  return {
    shape: `sql${sized(template.text)}`,
    values: template.values,
    sql: (other, slots) =>
      templateSql(other === table ? template : templateOf(conditionOf(evaluate(other), name)), slots),
  }
}

/** A part of a statement, with its values apart from its text. */
export interface Template {
  /** With a mark in the place of each value. */
  readonly text: string
  /** As the driver gets them. */
  readonly values: readonly unknown[]
}

export function templateOf(part: SQL): Template {
  const { sql: text, params } = places.sqlToQuery(part)
  return { text, values: params }
}

/** The part with the places of a statement in the places of its own. */
export function templateSql({ text, values }: Template, slots: Slots): SQL {
  const pieces = text.split(PLACE)
  if (pieces.length !== values.length + 1)
    throw new TypeError('A part of a statement cannot hold the character U+0000.')
  return sql.join(pieces.flatMap((piece, index) => (index === 0 ? [sql.raw(piece)] : [slots(), sql.raw(piece)])))
}

/** Drizzle's `and()` gives undefined for no conditions at all: that is no permission for every row. */
function conditionOf(result: unknown, name: string): SQL {
  if (is(result, SQL)) return result
  throw new TypeError(
    `The row rule "${name}" gave ${result === null ? 'null' : typeof result}; give a Drizzle condition such as eq(table.ownerId, user.id), or true or false for all or no rows.`,
  )
}

/** PostgreSQL's text knows no U+0000, so that nothing else in a statement can be one. */
const PLACE = '\u0000'

class PlacesDialect extends PgDialect {
  override escapeParam(): string {
    return PLACE
  }
}

const places = new PlacesDialect()
