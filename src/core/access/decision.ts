import { Forbidden, Unauthenticated } from '../errors/index.ts'
import { chain, isPromise, type MaybePromise } from '../maybe-promise.ts'
import type { RequestHead } from '../request.ts'
import type { Authenticator, Principal } from './authenticator.ts'
import { isGranted } from './grant.ts'
import { asksForScope, isLimited, rulesFor } from './restriction.ts'
import type { RowNode } from './row-rule.ts'
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
  /** Whose callers a rule is about, one of the operation's own or not; `undefined` where it is about everybody's. */
  readonly askedBy: AskedBy | undefined
  /** Whether the operation only reads: what restricted credentials need for it. */
  readonly safe: boolean
  /** Knows callers without credentials, in the place of every authenticator: for the test kit. */
  readonly known?: KnownCaller
}

export type AskedBy = (rule: AccessRule) => readonly Authenticator[] | undefined

export type KnownCaller = (request: RequestHead) => Principal | undefined

/** Who calls, and who says so. */
export interface Caller {
  readonly user: Principal
  /** `undefined` where it is to be believed by every rule. */
  readonly by: Authenticator | undefined
  /** Whether only rules with scopes open the operation to these credentials. */
  readonly limited?: boolean
}

/** @param safe - Whether the operation only reads. Default: it does not. */
export function decide(
  rules: readonly AccessRule[],
  appAuthenticators: readonly Authenticator[],
  safe = false,
): AccessDecision {
  const authenticators = new Set<Authenticator>()
  const custom: CustomNode[] = []
  const askedBy: AskedBy = (rule) => {
    const asked = rule.authenticators ?? appAuthenticators
    // An app without authenticators of its own leaves a rule that names none to whoever the other rules ask.
    return asked.length > 0 ? asked : undefined
  }
  const visit = (rule: AccessRule): void => {
    if (rule.node.type === 'anyOf' || rule.node.type === 'allOf') return rule.node.rules.forEach(visit)
    if (rule.node.type === 'anyone') return
    if (rule.node.type === 'custom' && !custom.includes(rule.node)) custom.push(rule.node)
    for (const authenticator of askedBy(rule) ?? []) authenticators.add(authenticator)
  }
  rules.forEach(visit)
  return {
    rules,
    authenticators: [...authenticators],
    custom,
    anonymous: rules.every(({ node }) => admitsAnonymous(node)),
    askedBy,
    safe,
  }
}

export function admitsAnonymous(node: RuleNode): boolean {
  if (node.type === 'anyOf') return node.rules.some((rule) => admitsAnonymous(rule.node))
  if (node.type === 'allOf') return node.rules.every((rule) => admitsAnonymous(rule.node))
  return node.type === 'anyone' || (node.type === 'rows' && node.anonymous)
}

/** Asks each authenticator until one knows the caller: without a promise, or anything made for it, where they answer at once. */
export function authenticate(
  asked: Pick<AccessDecision, 'authenticators' | 'known'> & { readonly safe?: boolean },
  request: RequestHead,
  usesOf: AuthenticatorUses,
): MaybePromise<Caller | undefined> {
  const user = asked.known?.(request)
  if (user !== undefined) return callerOf(completed(user, asked.authenticators), undefined, asked.safe ?? false)
  return askFrom(0, asked, request, usesOf)
}

/** What an authenticator has declared that it uses, by its place among those that are asked. */
export type AuthenticatorUses = (index: number) => object

function askFrom(
  start: number,
  asked: Parameters<typeof authenticate>[0],
  request: RequestHead,
  usesOf: AuthenticatorUses,
): MaybePromise<Caller | undefined> {
  const { authenticators, safe = false } = asked
  for (let index = start; index < authenticators.length; index++) {
    const by = authenticators[index] as Authenticator
    // The uses were assembled from what this authenticator declares. From JavaScript a caller may be null.
    const found = by.authenticate(request, usesOf(index) as never) ?? undefined
    if (found === undefined) continue
    if (!isPromise(found)) return callerOf(found, by, safe)
    return found.then((user) =>
      (user ?? undefined) === undefined
        ? askFrom(index + 1, asked, request, usesOf)
        : callerOf(user as Principal, by, safe),
    )
  }
  return undefined
}

function completed(user: Principal, authenticators: readonly Authenticator[]): Principal {
  return authenticators.find((authenticator) => authenticator.completed !== undefined)?.completed?.(user) ?? user
}

function callerOf(user: Principal, by: Authenticator | undefined, safe: boolean): Caller {
  return isLimited(user, safe) ? { user, by, limited: true } : { user, by }
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
  caller: Caller | undefined,
  context: CustomContext,
): MaybePromise<void> {
  if (caller?.limited === true && !decision.rules.some(asksForScope)) throw new Forbidden(RESTRICTED)
  return passFrom(0, decision, caller, context)
}

function passFrom(
  start: number,
  decision: AccessDecision,
  caller: Caller | undefined,
  context: CustomContext,
): MaybePromise<void> {
  const { rules } = decision
  for (let index = start; index < rules.length; index++) {
    const passed = holds(rules[index] as AccessRule, decision, caller, context)
    if (isPromise(passed))
      return passed.then((later) => {
        if (!later) throw refusal(decision, caller)
        return passFrom(index + 1, decision, caller, context)
      })
    if (!passed) throw refusal(decision, caller)
  }
}

const RESTRICTED = 'The credentials are restricted, and none of their scopes opens this operation.'

function refusal(decision: AccessDecision, caller: Caller | undefined): Error {
  if (caller !== undefined) return new Forbidden()
  return new Unauthenticated(undefined, { headers: challenge(decision.authenticators) })
}

/** The `www-authenticate` header for these authenticators. */
export function challenge(authenticators: readonly Authenticator[]): Record<string, string> {
  const challenges = [
    ...new Set(authenticators.map((authenticator) => authenticator.challenge).filter((value) => value !== '')),
  ]
  return challenges.length === 0 ? {} : { 'www-authenticate': challenges.join(', ') }
}

/** Which rows a rule leaves a caller: all, none, or those a combination of conditions allows. */
export type RowScope =
  | boolean
  | { readonly type: 'row'; readonly node: RowNode; /** Whom to ask about. */ readonly user: Principal | undefined }
  | { readonly type: 'anyOf' | 'allOf'; readonly of: readonly Exclude<RowScope, boolean>[] }

/**
 * What remains of a rule about this caller when everything but its conditions on rows is decided. Rules with code of their own are
 * not run here: `custom` says what they count as.
 */
export function scopeOf(
  rule: AccessRule,
  asked: Pick<AccessDecision, 'askedBy'> & { readonly caller: Caller | undefined; readonly custom: boolean },
): RowScope {
  const { node } = rule
  const { caller, custom } = asked
  if (node.type === 'anyone') return true
  if ('rules' in node)
    return combineScopes(
      node.type,
      rulesFor(node, caller?.limited === true).map((each) => scopeOf(each, asked)),
    )
  const user = caller !== undefined && isAbout(rule, caller, asked) ? caller.user : undefined
  if (node.type === 'rows' && (node.anonymous || user !== undefined)) return { type: 'row', node, user }
  if (user === undefined) return false
  if (node.type === 'custom') return custom
  if (node.type === 'authenticated') return true
  return node.type !== 'rows' && isGranted(node, user)
}

function combineScopes(type: 'anyOf' | 'allOf', scopes: readonly RowScope[]): RowScope {
  const decisive = type === 'anyOf'
  if (scopes.includes(decisive)) return decisive
  const of = scopes.filter((scope) => typeof scope !== 'boolean')
  const [first] = of
  if (first === undefined) return !decisive
  return of.length === 1 ? first : { type, of }
}

function holds(
  rule: AccessRule,
  decision: Pick<AccessDecision, 'askedBy'>,
  caller: Caller | undefined,
  context: CustomContext,
): MaybePromise<boolean> {
  const { node } = rule
  if (node.type === 'anyone') return true
  if ('rules' in node)
    return combine(node.type === 'anyOf', rulesFor(node, caller?.limited === true), (each) =>
      holds(each, decision, caller, context),
    )
  // Which rows is for the statement to say; here only whether there is somebody to ask about.
  if (node.type === 'rows' && node.anonymous) return true
  if (caller === undefined || !isAbout(rule, caller, decision)) return false
  if (node.type === 'authenticated' || node.type === 'rows') return true
  // The check was declared with the context assembled here.
  if (node.type === 'custom') return node.check(context(node, caller.user) as never)
  return isGranted(node, caller.user)
}

/** A caller known by one authenticator is nobody to a rule that is bound to another: their ids and roles mean other things. */
function isAbout(rule: AccessRule, { by }: Caller, { askedBy }: Pick<AccessDecision, 'askedBy'>): boolean {
  return by === undefined || (askedBy?.(rule)?.includes(by) ?? true)
}

/** @param decisive - The answer of one rule that decides for all of them. */
function combine(
  decisive: boolean,
  rules: readonly AccessRule[],
  answer: (rule: AccessRule) => MaybePromise<boolean>,
): MaybePromise<boolean> {
  const step = (index: number): MaybePromise<boolean> => {
    const rule = rules[index]
    if (rule === undefined) return !decisive
    return chain(answer(rule), (passed) => (passed === decisive ? decisive : step(index + 1)))
  }
  return step(0)
}

/** A rule in words, for the documentation and the access matrix: `anyOf(role(admin), owner)`. */
export function describeRule(node: RuleNode): string {
  if ('words' in node && node.words !== undefined) return describeRule(node.words)
  if (node.type === 'anyOf' || node.type === 'allOf')
    return `${node.type}(${node.rules.map((rule) => describeRule(rule.node)).join(', ')})`
  if (node.type === 'custom' || node.type === 'rows') return node.name
  return 'name' in node ? `${node.type}(${node.name})` : node.type
}
