import type { AccessRule } from '../../core/access/index.ts'
import type { RowCondition } from '../../core/access/row-rule.ts'
import type { Model, ModelColumn } from '../model/model.ts'
import type { RowAccess } from './definition.ts'
import type { Asker } from './row-session.ts'

/** A column that rules compare with a value of the caller: the server fills it. */
export interface OwnedColumn {
  readonly column: ModelColumn
  /** The rule of creation comes first. One that is bound to an authenticator fills it for that one's callers. */
  readonly by: readonly { readonly rule: AccessRule; readonly value: (user: never) => unknown }[]
}

export function ownedColumns({ byKey }: Model, { create, ...others }: RowAccess): OwnedColumn[] {
  const owned = new Map<string, { column: ModelColumn; by: OwnedColumn['by'][number][] }>()
  for (const rule of [create, ...Object.values(others)].flatMap((each) =>
    each === undefined ? [] : columnRules(each),
  )) {
    const { column: key, value } = rule.condition
    // Rules have been checked against the table.
    const column = byKey.get(key)!
    const known = owned.get(key) ?? { column, by: [] }
    known.by.push({ rule: rule.rule, value })
    owned.set(key, known)
  }
  return [...owned.values()]
}

/** What the caller's own rules fill. Another authenticator's are not about them: its ids mean other things. */
export function filledFor(asker: Asker, owned: readonly OwnedColumn[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  const { user } = asker
  if (user === undefined) return fields
  for (const { column, by } of owned) {
    for (const { rule, value } of by) {
      const isAbout = typeof asker.scopeOf(rule, false) === 'object'
      // What a value is called with is what its rule's authenticator gave.
      const own = isAbout ? value(user as never) : undefined
      if (own === undefined || own === null) continue
      fields[column.key] = own
      break
    }
  }
  return fields
}

interface ColumnRule {
  readonly rule: AccessRule
  readonly condition: Extract<RowCondition, { type: 'column' }>
}

/** The rules within a rule that compare a column of the table itself. */
export function columnRules(rule: AccessRule): ColumnRule[] {
  const { node } = rule
  if ('rules' in node) return node.rules.flatMap(columnRules)
  return node.type === 'rows' && node.condition.type === 'column' ? [{ rule, condition: node.condition }] : []
}
