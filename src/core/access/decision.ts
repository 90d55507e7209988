import { Forbidden, Unauthenticated } from '../errors/index.ts'
import { chain, isPromise, type MaybePromise } from '../maybe-promise.ts'
import type { RequestHead } from '../request.ts'
import type { Authenticator, Principal } from './authenticator.ts'
import type { AccessRule, CustomNode, RuleNode } from './rule.ts'

/** The rules of one operation, taken apart: its own, its routers' and its dependencies'. All must hold. */
export interface AccessDecision {
  readonly rules: readonly AccessRule[]
  /** Asked in order; the first that knows the caller decides who it is. Empty where nothing needs a caller. */
  readonly authenticators: readonly Authenticator[]
  /** Rules with code of their own, in the order in which their values are asked for. */
  readonly custom: readonly CustomNode[]
  /** Whether a caller without credentials can pass: decided by the rules alone, never by the request. */
  readonly anonymous: boolean
}

export function decide(rules: readonly AccessRule[], appAuthenticators: readonly Authenticator[]): AccessDecision {
  const authenticators = new Set<Authenticator>()
  const custom: CustomNode[] = []
  const visit = (rule: AccessRule, inherited: readonly Authenticator[] | undefined): void => {
    const bound = rule.authenticators ?? inherited
    if (rule.node.type === 'anyOf' || rule.node.type === 'allOf')
      return rule.node.rules.forEach((inner) => visit(inner, bound))
    if (rule.node.type === 'anyone') return
    if (rule.node.type === 'custom' && !custom.includes(rule.node)) custom.push(rule.node)
    for (const authenticator of bound ?? appAuthenticators) authenticators.add(authenticator)
  }
  for (const rule of rules) visit(rule, undefined)
  return {
    rules,
    authenticators: [...authenticators],
    custom,
    anonymous: rules.every(({ node }) => admitsAnonymous(node)),
  }
}

export function admitsAnonymous(node: RuleNode): boolean {
  if (node.type === 'anyOf') return node.rules.some((rule) => admitsAnonymous(rule.node))
  if (node.type === 'allOf') return node.rules.every((rule) => admitsAnonymous(rule.node))
  return node.type === 'anyone'
}

/** Asks each authenticator until one knows the caller. */
export function authenticate(
  authenticators: readonly Authenticator[],
  request: RequestHead,
  usesOf: (authenticator: Authenticator) => object,
  index = 0,
): MaybePromise<Principal | undefined> {
  const authenticator = authenticators[index]
  if (authenticator === undefined) return undefined
  // The uses were assembled from what this authenticator declares.
  const found = authenticator.authenticate(request, usesOf(authenticator) as never)
  if (!isPromise(found)) return found ?? authenticate(authenticators, request, usesOf, index + 1)
  return found.then((principal) => principal ?? authenticate(authenticators, request, usesOf, index + 1))
}

/** What a custom rule is called with: its inputs, its uses and the caller. */
export type CustomContext = (node: CustomNode, user: Principal) => object

/**
 * Decides whether the caller may pass.
 *
 * @throws Unauthenticated where nobody is known and somebody must be.
 * @throws Forbidden where the caller is known and the rules do not hold.
 */
export function authorize(
  decision: AccessDecision,
  user: Principal | undefined,
  context: CustomContext,
): MaybePromise<void> {
  const step = (index: number): MaybePromise<void> => {
    const rule = decision.rules[index]
    if (rule === undefined) return
    return chain(holds(rule.node, user, context), (passed) => {
      if (!passed) throw refusal(decision, user)
      return step(index + 1)
    })
  }
  return step(0)
}

function refusal(decision: AccessDecision, user: Principal | undefined): Error {
  if (user !== undefined) return new Forbidden()
  return new Unauthenticated(undefined, { headers: challenge(decision.authenticators) })
}

/** The `www-authenticate` header for these authenticators. */
export function challenge(authenticators: readonly Authenticator[]): Record<string, string> {
  const challenges = [
    ...new Set(authenticators.map((authenticator) => authenticator.challenge).filter((value) => value !== '')),
  ]
  return challenges.length === 0 ? {} : { 'www-authenticate': challenges.join(', ') }
}

const GRANTS = { role: 'roles', scope: 'scopes', permission: 'permissions' } as const

function holds(node: RuleNode, user: Principal | undefined, context: CustomContext): MaybePromise<boolean> {
  switch (node.type) {
    case 'anyone':
      return true
    case 'authenticated':
      return user !== undefined
    case 'role':
    case 'scope':
    case 'permission':
      return user?.[GRANTS[node.type]]?.includes(node.name) ?? false
    case 'custom':
      // The check was declared with the context assembled here.
      return user === undefined ? false : node.check(context(node, user) as never)
    default:
      return combine(node, user, context)
  }
}

function combine(
  node: Extract<RuleNode, { readonly type: 'anyOf' | 'allOf' }>,
  user: Principal | undefined,
  context: CustomContext,
): MaybePromise<boolean> {
  const decisive = node.type === 'anyOf'
  const step = (index: number): MaybePromise<boolean> => {
    const rule = node.rules[index]
    if (rule === undefined) return !decisive
    return chain(holds(rule.node, user, context), (passed) => (passed === decisive ? decisive : step(index + 1)))
  }
  return step(0)
}

/** A rule in words, for the documentation and the access matrix: `anyOf(role(admin), owner)`. */
export function describeRule(node: RuleNode): string {
  if (node.type === 'anyOf' || node.type === 'allOf')
    return `${node.type}(${node.rules.map((rule) => describeRule(rule.node)).join(', ')})`
  if (node.type === 'custom') return node.name
  return 'name' in node ? `${node.type}(${node.name})` : node.type
}
