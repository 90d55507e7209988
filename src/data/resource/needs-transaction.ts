import type { AccessRule } from '../../core/access/index.ts'
import type { Action } from '../repository/definition.ts'
import type { Declared } from './declared.ts'

/** Whether rules or the audit trail must see what changes. */
export function isSeen({ rules, definition }: Declared): boolean {
  return rules !== undefined || definition.journal !== undefined
}

/** Whether an operation makes several statements that are saved together, or one that may have to be undone. */
export function needsTransaction(declared: Declared, action: Action): boolean {
  const { access, definition, writable } = declared
  if (isSeen(declared)) return true
  if (action === 'delete' || action === 'purge') return false
  const rule = access[action]
  return (
    rule !== undefined &&
    mayWriteOutOfReach(
      rule,
      new Set(definition.owned.map(({ column }) => column.key).filter((key) => !writable.includes(key))),
    )
  )
}

/** A condition on columns that the server fills holds for what is written, too. Of all others the row that was written is asked. */
function mayWriteOutOfReach({ node }: AccessRule, owned: ReadonlySet<string>): boolean {
  if ('rules' in node) return node.rules.some((rule) => mayWriteOutOfReach(rule, owned))
  if (node.type !== 'rows') return false
  return node.condition.type !== 'column' || !owned.has(node.condition.column)
}
