import type { Container } from '../core/graph/container.ts'
import type { Problems } from '../core/graph/problems.ts'
import type { AppDefinition } from './definition.ts'

/**
 * What the app itself uses for its whole life is started with it, whether an operation is there to ask for it or not: that is how code is run at the start
 * and at the stop. First of all, so that one that fails is named as the app's and not as some operation's.
 */
export function planOwnUses({ uses = {} }: AppDefinition, container: Container, problems: Problems): void {
  // What is no dependency at all is reported with the operations.
  const kept = Object.entries(uses).filter(([, used]) => used?.kind === 'dependency' && used.scope === 'app')
  if (kept.length === 0) return
  const none = { accessRoots: [], accessInputs: [], inputs: [] }
  container.plan({ place: "createApp's uses", ...none, roots: [Object.fromEntries(kept)], request: false }, problems)
}
