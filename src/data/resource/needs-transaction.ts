import type { AccessRule } from '../../core/access/index.ts'
import type { Action } from '../repository/definition.ts'
import { columnRules } from '../repository/owned-columns.ts'
import type { Declared } from './declared.ts'

/** Whether rules or the audit trail must see what changes. */
export function isSeen({ rules, definition }: Declared): boolean {
  return rules !== undefined || definition.journal !== undefined
}

/** Whether an operation makes several statements that are saved together, or one that may have to be undone. */
export function needsTransaction(declared: Declared, action: Action): boolean {
  const { access, parent, writable } = declared
  if (isSeen(declared)) return true
  if (action === 'delete' || action === 'purge') return false
  const rule = access[action]
  if (rule === undefined) return false
  const sent = action === 'create' && parent !== undefined ? [...writable, parent.column.key] : writable
  return !isForeseen(rule, sent)
}

/**
 * Whether `writeCheck` will find that what is written is within reach without asking: all conditions are on columns of the table that the
 * server fills, each by one rule, and of which callers send none.
 */
function isForeseen(rule: AccessRule, sent: readonly string[]): boolean {
  const columns = columnRules(rule).map(({ condition }) => condition.column)
  return (
    columns.length === countOfRowRules(rule) &&
    new Set(columns).size === columns.length &&
    columns.every((column) => !sent.includes(column))
  )
}

function countOfRowRules({ node }: AccessRule): number {
  if ('rules' in node) return node.rules.reduce((count, rule) => count + countOfRowRules(rule), 0)
  return node.type === 'rows' ? 1 : 0
}
