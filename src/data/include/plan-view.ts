import { selectionOf } from '../repository/selection.ts'
import type { Asker } from '../repository/row-session.ts'
import { sized } from '../rows/condition.ts'
import type { IncludePlan } from './include-plan.ts'

/** A relation as one asker may have it. */
export interface PlanView {
  readonly plan: IncludePlan
  /** Equal for equal columns: a part of the shape of every statement about it. */
  readonly shape: string
}

/** By plan and by the set of hidden columns, of which equal ones are the same. */
const views = new WeakMap<IncludePlan, Map<ReadonlySet<string>, PlanView>>()

/** The relation without the columns that the related resource hides from the asker: they are neither sent nor sorted by. */
export function planFor(plan: IncludePlan, asker: Pick<Asker, 'scopeOf'>): PlanView {
  const hidden = plan.columnAccess?.hiddenFrom(asker)
  if (hidden === undefined || hidden.size === 0) return { plan, shape: '' }
  const known = views.get(plan) ?? new Map<ReadonlySet<string>, PlanView>()
  views.set(plan, known)
  const found = known.get(hidden) ?? { plan: without(plan, hidden), shape: `-${[...hidden].map(sized).join('')}` }
  known.set(hidden, found)
  return found
}

function without(plan: IncludePlan, hidden: ReadonlySet<string>): IncludePlan {
  const fields = plan.fields.filter(({ key }) => !hidden.has(key))
  const sort = plan.sort.filter(({ column }) => !hidden.has(column.key))
  return {
    ...plan,
    fields,
    selection: selectionOf(fields, { offset: 1 }),
    sort: sort.length > 0 ? sort : plan.model.primaryKey.map((column) => ({ column, descending: false })),
  }
}
