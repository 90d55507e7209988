import type { Change, ChangeOf } from '../diff/change.ts'
import type { Decisions } from '../review/decisions.ts'
import type { PlanContext } from './step.ts'

interface ContextOptions {
  readonly decisions: Decisions
  /** By `table.column`. */
  readonly conversions: ReadonlyMap<string, string>
  /** The ids of tables that may have rows and writers. */
  readonly live: ReadonlySet<string>
}

export function contextFor(changes: readonly Change[], { decisions, conversions, live }: ContextOptions): PlanContext {
  return {
    isLive: ({ id }) => live.has(id),
    late: new Set(
      changes.flatMap((change) => (bringsKey(change) && live.has(change.table.id) ? [change.table.id] : [])),
    ),
    using: ({ id }, { name }) => conversions.get(`${id}.${name}`),
    backfill: ({ id }, { name }) => decisions.backfills?.[`${id}.${name}`] || undefined,
  }
}

function bringsKey(change: Change): change is ChangeOf<'add constraint' | 'add index'> {
  if (change.kind === 'add index') return change.index.unique
  return change.kind === 'add constraint' && ['primary key', 'unique'].includes(change.constraint.kind)
}
