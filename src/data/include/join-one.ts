import { and, eq, sql, type SQL } from 'drizzle-orm'
import { alias, type PgTable } from 'drizzle-orm/pg-core'
import { aliasName } from '../rows/alias-name.ts'
import { columnIn } from '../rows/row-scope.ts'
import type { ScopePart } from '../repository/row-session.ts'
import { aliveIn } from '../repository/row-session.ts'
import type { IncludePlan } from './include-plan.ts'

/** A relation to one, joined: its table under a name of its own. */
export interface JoinedOne {
  readonly table: PgTable
  readonly join: SQL
}

export function joinOne({ name, relation, model }: IncludePlan, from: PgTable, scope: ScopePart): JoinedOne {
  const as = aliasName(`include_${name}`)
  const table = alias(relation.table, as)
  const on = and(
    ...relation.columns.map((pair) => eq(columnIn(table, pair.to), columnIn(from, pair.from))),
    aliveIn(model, table),
    scope.where(table),
  )
  return { table, join: sql` left join ${relation.table} ${sql.identifier(as)} on ${on as SQL}` }
}
