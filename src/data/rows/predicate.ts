import { is, sql, SQL } from 'drizzle-orm'
import { PgDialect, type PgTable } from 'drizzle-orm/pg-core'
import type { Scope, Slots } from './condition.ts'

/** What a predicate of the user's gives, with its values apart from its text. */
export function predicateScope(evaluate: (table: PgTable) => unknown, table: PgTable, name: string): Scope {
  const result = evaluate(table)
  if (typeof result === 'boolean') return result
  const { sql: text, params } = places.sqlToQuery(conditionOf(result, name))
  return {
    shape: `sql(${text})`,
    values: params,
    sql: (other, slots) =>
      withSlots(
        other === table ? text : places.sqlToQuery(conditionOf(evaluate(other), name)).sql,
        params.length,
        slots,
      ),
  }
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

function withSlots(text: string, count: number, slots: Slots): SQL {
  const pieces = text.split(PLACE)
  if (pieces.length !== count + 1) throw new TypeError('A condition cannot hold the character U+0000.')
  return sql.join(pieces.flatMap((piece, index) => (index === 0 ? [sql.raw(piece)] : [slots(), sql.raw(piece)])))
}
