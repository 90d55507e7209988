import type { Problems } from '../graph/problems.ts'
import type { AccessRule, RuleNode } from './rule.ts'

/** A rule about rows that nobody makes a condition of would let everybody pass. */
export function checkRowRules(
  operation: { readonly rowScoped?: boolean; readonly access: AccessRule },
  rules: readonly AccessRule[],
  place: string,
  problems: Problems,
): void {
  for (const rule of rules) {
    const about = firstRowRule(rule.node)
    if (about === undefined || (rule === operation.access && operation.rowScoped === true)) continue
    problems.add(
      place,
      `its access rule ${about} is about rows, and only a resource or a repository makes a condition of it; ` +
        'declare it there: resource(table, { access }) or repository(table, { access })',
    )
  }
}

/** The name of the first rule about rows in it. */
export function firstRowRule(node: RuleNode): string | undefined {
  if (node.type === 'rows') return node.name
  if (!('rules' in node)) return undefined
  for (const rule of node.rules) {
    const found = firstRowRule(rule.node)
    if (found !== undefined) return found
  }
  return undefined
}
