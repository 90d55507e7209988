import type { AccessDecision } from './access/decision.ts'
import type { Plan, Use } from './graph/plan.ts'
import type { CompiledPolicy } from './policy/policy.ts'
import type { PlacedOperation } from './tree.ts'

/** One operation with all that was worked out about it at start: what the kernel runs, and the document, the client and the checks read. */
export interface OperationDescription {
  readonly placed: PlacedOperation
  /** The policies it runs within, in the order of `placed.policies`, and the dependencies of each. */
  readonly policies: readonly { readonly compiled: CompiledPolicy; readonly uses: readonly Use[] }[]
  readonly plan: Plan
  readonly access: AccessDecision
}
