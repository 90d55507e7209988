import type { PlanNode, Use } from './plan.ts'

/** The nodes that these uses lead to, directly or through others. */
export function slotsBehind(roots: readonly (readonly Use[])[], nodes: readonly PlanNode[]): ReadonlySet<number> {
  const found = new Set<number>()
  const follow = (uses: readonly Use[]): void => {
    for (const use of uses) {
      if (use.from !== 'slot' || found.has(use.slot)) continue
      found.add(use.slot)
      follow(nodes[use.slot]?.uses ?? [])
    }
  }
  roots.forEach(follow)
  return found
}
