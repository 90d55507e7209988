import type { AccessRule } from '../../core/access/index.ts'
import type { Journal } from '../repository/changes.ts'
import type { ResourceAccess } from './access.ts'

/**
 * The rule of the history, where there is one. Of a row that is gone for good no column can be asked, so that it says nothing of rows.
 *
 * @throws TypeError for a rule about rows, or where there is no trail to read.
 */
export function historyRule(
  access: ResourceAccess,
  journal: Journal | undefined,
  what: string,
): AccessRule | undefined {
  const rule = 'kind' in access ? undefined : access.audit
  if (rule === undefined) return undefined
  if (journal === undefined)
    throw new TypeError(`${what} has access.audit and keeps no trail. Add audit: true, or leave access.audit out.`)
  const about = rowRuleIn(rule)
  if (about === undefined) return rule
  throw new TypeError(
    `${what}: access.audit holds the rule "${about}" about rows. A history outlives its row, whose columns cannot be asked then. ` +
      `Name who may read histories: role('auditor'), permission('audit:read').`,
  )
}

function rowRuleIn({ node }: AccessRule): string | undefined {
  if (!('rules' in node)) return node.type === 'rows' ? node.name : undefined
  for (const rule of node.rules) {
    const found = rowRuleIn(rule)
    if (found !== undefined) return found
  }
  return undefined
}
