import type { AccessDecision, Caller } from '../../core/access/decision.ts'
import type { Principal } from '../../core/access/index.ts'
import { asksForScope, isLimited } from '../../core/access/restriction.ts'

/** A principal as the caller of one operation, whom every rule believes. */
export function callerOf(user: Principal | undefined, { safe }: AccessDecision): Caller | undefined {
  if (user === undefined) return undefined
  return { user, by: undefined, ...(isLimited(user, safe) && { limited: true }) }
}

/** Whether the operation is shut to restricted credentials, since none of its rules asks for a scope that could open it. */
export function isShut({ rules }: AccessDecision, caller: Caller | undefined): boolean {
  return caller?.limited === true && !rules.some(asksForScope)
}
