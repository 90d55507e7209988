import type { Constraint } from '../catalog/catalog.ts'
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
  const lateKeys = changes.filter(bringsKey).filter(({ table }) => live.has(table.id))
  return {
    isLive: ({ id }) => live.has(id),
    isLate: (foreignKey) => lateKeys.some((key) => refersTo(foreignKey, key)),
    using: ({ id }, { name }) => conversions.get(`${id}.${name}`),
    backfill: ({ id }, { name }) => decisions.backfills?.[`${id}.${name}`] || undefined,
  }
}

type NewKey = ChangeOf<'add constraint' | 'add index'>

/** Whether the key may be the one that the foreign key needs. */
function refersTo({ references, referencedColumns }: Constraint, key: NewKey): boolean {
  const { columns } = key.kind === 'add index' ? key.index : key.constraint
  return (
    references === key.table.id &&
    columns.length === referencedColumns.length &&
    referencedColumns.every((name) => columns.includes(name))
  )
}

function bringsKey(change: Change): change is NewKey {
  if (change.kind === 'add index') return change.index.unique
  return change.kind === 'add constraint' && ['primary key', 'unique'].includes(change.constraint.kind)
}
