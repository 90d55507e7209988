import type { Dependency } from '../dependency.ts'
import type { PlanNode, Use } from './plan.ts'

/** Those of its uses that end before a dependency does. */
export function shorterLived(dependency: Dependency, uses: readonly Use[], nodes: readonly PlanNode[]): readonly Use[] {
  if (dependency.until !== 'sent') return []
  return uses.filter((use) => {
    const used = use.from === 'slot' ? nodes[use.slot] : undefined
    return used !== undefined && lifeOf(used.dependency, nodes, used.uses) === 'handled'
  })
}

/** When a node's value stops being good: a plain value lasts, unless it uses one that ends earlier. */
function lifeOf(dependency: Dependency, nodes: readonly PlanNode[], uses: readonly Use[]): 'handled' | 'sent' {
  if (dependency.until === 'sent') return 'sent'
  if (dependency.cleanup !== 'none') return 'handled'
  const short = uses.some((use) => {
    const node = use.from === 'slot' ? nodes[use.slot] : undefined
    return node !== undefined && lifeOf(node.dependency, nodes, node.uses) === 'handled'
  })
  return short ? 'handled' : 'sent'
}
