import { allOf, anyOf, anyone, type AccessRule } from '../../core/access/index.ts'

type GroupNode = Extract<AccessRule['node'], { readonly type: 'anyOf' | 'allOf' }>

/** The rule, with others that need not hold: whoever calls is asked for, since what they are given depends on those. */
export function askingRule(rule: AccessRule, besides: readonly AccessRule[]): AccessRule {
  const [first, ...others] = besides.filter(({ node }) => node.type !== 'anyone')
  if (first === undefined) return rule
  const asking = allOf(rule, anyOf(first, ...others, anyone))
  return { ...asking, node: { ...(asking.node as GroupNode), words: rule.node } }
}
