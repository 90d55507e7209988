import type { AccessDecision } from './access/decision.ts'
import type { Plan } from './graph/plan.ts'
import type { PlacedOperation } from './tree.ts'

/** One operation with all that was worked out about it at start: what the kernel runs, and the document, the client and the checks read. */
export interface OperationDescription {
  readonly placed: PlacedOperation
  readonly plan: Plan
  readonly access: AccessDecision
}
