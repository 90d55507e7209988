import type { AccessDecision } from '../core/access/decision.ts'
import type { CheckedCall } from '../core/policy/policy.ts'
import { canonical } from './canonical.ts'

/** What an operation's answers are told apart by, besides its checked input. */
export interface KeyParts {
  readonly name: string
  /** Headers of the request, in lower case. */
  readonly vary: readonly string[]
  /** Whether callers share them. */
  readonly shared: boolean
  readonly authenticators: AccessDecision['authenticators']
}

/**
 * The key of an answer: what is checked of the request, and everything that is known of the caller. What the operation does not declare, such as a query
 * parameter nobody knows, is not in it. `undefined` where none can be made.
 */
export function answerKey(
  { name, vary, shared, authenticators }: KeyParts,
  { call, inputs }: CheckedCall,
): string | undefined {
  const { head } = call
  let key = `answer ${name}\n${head.protocol}://${head.host}${head.basePath}${head.path}`
  for (const values of inputs) {
    const part = canonical(values)
    if (part === undefined) return undefined
    key += `\n${part}`
  }
  for (const header of vary) key += `\n${canonical(head.header(header))}`
  if (shared) return key
  const asked = callerKey(call.caller, authenticators)
  return asked === undefined ? undefined : `${key}\n${asked}`
}

/** All of it: roles, permissions and scopes, and whatever else rules and handlers may look at. */
function callerKey(
  caller: CheckedCall['call']['caller'],
  authenticators: KeyParts['authenticators'],
): string | undefined {
  if (caller === undefined) return 'nobody'
  const { user, by, limited = false } = caller
  const known = canonical(user)
  return known && `${by === undefined ? '-' : authenticators.indexOf(by)} ${limited} ${known}`
}
