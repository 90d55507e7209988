import { sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { ModelColumn } from '../model/model.ts'
import { scopePart, type RowSession, type ScopePart } from '../repository/row-session.ts'
import { listOf, selectionOf, wireFields, type Selection } from '../repository/selection.ts'
import { everyOf } from '../rows/condition.ts'
import { columnIn } from '../rows/row-scope.ts'
import type { WireField } from '../wire/columns.ts'
import type { IncludePlan } from './include-plan.ts'
import { joinOne } from './join-one.ts'
import { planFor } from './plan-view.ts'

/** A relation that one request includes, with what its caller may have of it. */
export interface Included {
  readonly plan: IncludePlan
  readonly scope: ScopePart
}

/** What a statement selects for rows with their relations, and what becomes of it. */
export interface RowShape {
  readonly list: SQL
  readonly joins: SQL
  readonly selection: Selection
  /** For each relation to many, by its slot: where the values are that lead to its rows. */
  readonly many: readonly { readonly plan: IncludePlan; readonly keys: readonly number[] }[]
  /** Where each of `besides` is in the select list. */
  readonly besides: readonly number[]
}

/** Something to be read besides: a column, by its key, or an expression. */
export interface Besides {
  readonly key: string | undefined
  expression(table: PgTable): SQL | PgColumn
}

export function includedBy(session: RowSession, plans: readonly IncludePlan[]): readonly Included[] {
  return plans.map((each) => {
    const { plan, shape } = planFor(each, session.asker)
    const scope = everyOf([session.relatedScope(plan.access, plan.relation.table), plan.above?.(session) ?? true])
    const part = scopePart(scope, `include ${plan.name}`)
    return { plan, scope: shape === '' ? part : { ...part, shape: part.shape + shape } }
  })
}

export function rowShape(
  table: PgTable,
  columns: readonly ModelColumn[],
  { included, besides }: { readonly included: readonly Included[]; readonly besides: readonly Besides[] },
): RowShape {
  const list = new SelectList(columns, table)
  const joins: SQL[] = []
  const fields: WireField[] = []
  const many: { plan: IncludePlan; keys: readonly number[] }[] = []
  let writable = true
  for (const { plan, scope } of included) {
    if (plan.relation.kind === 'many') {
      fields.push({ key: plan.name, slot: many.length })
      many.push({ plan, keys: plan.relation.columns.map(({ from }) => list.column(columnIn(table, from))) })
      writable &&= wireFields(plan.fields, 0).writable
      continue
    }
    const joined = joinOne(plan, table, scope)
    joins.push(joined.join)
    const related = wireFields(plan.fields, list.add(listOf(plan.fields, joined.table), plan.fields.length))
    const [key] = plan.model.primaryKey
    const presentIf = list.add(sql`${columnIn(joined.table, key!.column)}`, 1)
    fields.push({ key: plan.name, object: { fields: related.fields }, presentIf })
    writable &&= related.writable
  }
  return {
    selection: selectionOf(columns, { more: { fields, writable } }),
    joins: sql.join(joins),
    many,
    besides: besides.map((each) => list.besides(each)),
    list: list.sql(),
  }
}

/** A select list that grows, and knows where everything in it is. */
class SelectList {
  readonly #table: PgTable
  readonly #columns: readonly ModelColumn[]
  readonly #parts: SQL[] = []
  #length = 0

  constructor(columns: readonly ModelColumn[], table: PgTable) {
    this.#table = table
    this.#columns = columns
    this.add(listOf(columns, table), columns.length)
  }

  add(part: SQL, length: number): number {
    const at = this.#length
    if (length > 0) this.#parts.push(part)
    this.#length += length
    return at
  }

  column(column: PgColumn): number {
    const found = this.#columns.findIndex((each) => each.column.name === column.name)
    return found >= 0 ? found : this.add(sql`${column}`, 1)
  }

  besides(of: Besides): number {
    const found = of.key === undefined ? -1 : this.#columns.findIndex((each) => each.key === of.key)
    return found >= 0 ? found : this.add(sql`${of.expression(this.#table)}`, 1)
  }

  sql(): SQL {
    return sql.join(this.#parts, sql`, `)
  }
}
