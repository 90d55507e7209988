import type { AccessRule } from '../../core/access/index.ts'

/**
 * A rule with code of its own is asked before any row is known, and says yes or no. As an alternative to a condition on rows its yes could
 * not be told from "somebody is known, the rows decide".
 *
 * @throws TypeError for such an alternative.
 */
export function checkAlternatives({ node }: AccessRule): void {
  if (!('rules' in node)) return
  const custom = node.type === 'anyOf' ? firstOf(node.rules, 'custom') : undefined
  const rows = node.type === 'anyOf' ? firstOf(node.rules, 'rows') : undefined
  if (custom !== undefined && rows !== undefined) {
    throw new TypeError(
      `anyOf(...) holds the rule "${custom}", which has code of its own, beside "${rows}", which is about rows. ` +
        `Write "${custom}" as a rule about rows too: rows('${custom}', ({ table, user }) => ...).`,
    )
  }
  node.rules.forEach(checkAlternatives)
}

function firstOf(rules: readonly AccessRule[], type: 'custom' | 'rows'): string | undefined {
  for (const { node } of rules) {
    const found =
      'rules' in node ? firstOf(node.rules, type) : node.type === type ? (node as { name: string }).name : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether a rule has code of its own in it, which is asked before any row is known. */
export function hasCode({ node }: AccessRule): boolean {
  return 'rules' in node ? node.rules.some(hasCode) : node.type === 'custom'
}
