import type { AccessDecision, AuthenticatorUses } from '../core/access/decision.ts'
import type { CustomNode } from '../core/access/rule.ts'
import type { OperationDescription } from '../core/description.ts'
import { appUsesOf } from '../core/graph/app-uses.ts'
import type { Plan, Use } from '../core/graph/plan.ts'
import { slotsBehind } from '../core/graph/slots-behind.ts'
import { attempt, chain, type MaybePromise } from '../core/maybe-promise.ts'
import type { Operation } from '../core/operation.ts'
import { compose, type Middleware, type Outcome } from '../core/middleware.ts'
import type { Problems } from '../core/graph/problems.ts'
import { Binding } from './bind.ts'
import { bodyParserOf, type BodyParser } from './body-input.ts'
import type { Limits } from './edge/limits.ts'
import type { Exchange } from './exchange.ts'
import { failureOutcome, type FailureSettings } from './failure.ts'
import { composePolicies, type ComposedPolicies } from '../core/policy/compose.ts'
import { Invocation } from './invocation.ts'
import { compileResponder, offeredTypes, type Responder } from './respond.ts'

export interface OperationSettings extends FailureSettings {
  readonly limits: Limits
}

/** An operation with everything about it worked out: what remains per request is to run it. */
export class CompiledOperation {
  readonly name: string
  readonly description: OperationDescription
  readonly middleware: readonly Middleware[]
  readonly settings: OperationSettings
  readonly plan: Plan
  readonly decision: AccessDecision
  /** Nobody has to be known and no rule has code: nothing to decide per request. */
  readonly open: boolean
  readonly accessBinding: Binding
  readonly binding: Binding
  readonly body: BodyParser
  readonly respond: Responder
  /** The media types of its success responses, where it has any. */
  readonly offered: readonly [string, ...string[]] | undefined
  readonly handler: (context: never) => unknown
  readonly onInvalid: Operation['onInvalid']
  /** The uses of the operation itself: the last root. */
  readonly uses: readonly Use[]
  /** The uses of each authenticator, in their order. */
  readonly authenticatorUses: readonly (readonly Use[])[]
  /** Their values, where all of them live as long as the app: nothing is put together per request. */
  readonly appUsesOf: AuthenticatorUses | undefined
  readonly customUses: ReadonlyMap<CustomNode, { readonly uses: readonly Use[]; readonly holder: number }>
  /** The holder of the operation's own inputs. */
  readonly ownHolder: number
  readonly deprecation: ReadonlyMap<string, string>
  readonly policies: ComposedPolicies
  /** The uses of each policy, in their order. */
  readonly policyUses: readonly (readonly Use[])[]
  /** What the answer is made of, where a policy watches what that reads. What only finds out who calls is not. */
  readonly watched: ReadonlySet<number> | undefined
  readonly #timeoutMs: number | undefined
  readonly #hasPolicies: boolean

  constructor(description: OperationDescription, settings: OperationSettings, problems: Problems) {
    const { placed, plan, access, policies } = description
    this.name = placed.name
    this.description = description
    this.middleware = placed.middleware
    this.settings = settings
    this.plan = plan
    this.decision = access
    this.open = access.authenticators.length === 0 && access.custom.length === 0 && access.anonymous
    const readers = { holders: plan.holders, authenticators: access.authenticators }
    this.accessBinding = new Binding(plan.holders.slice(0, plan.accessHolders), readers)
    this.binding = new Binding(plan.holders.slice(plan.accessHolders), readers)
    this.body = bodyParserOf(placed.name, plan.holders, problems)
    this.respond = compileResponder(placed.operation, placed.name)
    this.offered = offeredTypes(placed.operation)
    this.handler = placed.operation.handler
    this.onInvalid = placed.operation.onInvalid
    this.uses = plan.roots.at(-1) ?? []
    this.authenticatorUses = access.authenticators.map((_, index) => plan.roots[index] ?? [])
    this.appUsesOf = appUsesOf(this.authenticatorUses)
    this.customUses = customUsesOf(description)
    this.ownHolder = Object.keys(placed.operation.inputs).length === 0 ? -1 : plan.holders.length - 1
    this.deprecation = deprecationHeaders(placed.deprecated)
    this.policies = composePolicies(policies.map(({ compiled }) => compiled))
    this.policyUses = policies.map(({ uses }) => uses)
    this.watched = this.policies.watches ? slotsOfAnswer(description) : undefined
    this.#hasPolicies = policies.length > 0
    this.#timeoutMs = placed.timeoutMs
  }

  /** Runs the operation for one request. Never throws: every error has become a response. */
  run(exchange: Exchange, params: Readonly<Record<string, string>>): MaybePromise<Outcome> {
    exchange.operation = this.name
    if (this.#timeoutMs !== undefined) exchange.limitTime(this.#timeoutMs)
    if (this.middleware.length === 0) return this.#answer(exchange, params)
    return attempt(
      () => compose(this.middleware, exchange.head, () => this.#answer(exchange, params)),
      (error) => failureOutcome(error, exchange.head, exchange.failureLog, this.settings),
    )
  }

  /** Decides access alone, as for OPTIONS. */
  guard(exchange: Exchange, params: Readonly<Record<string, string>>): MaybePromise<void> {
    const invocation = new Invocation(this, exchange, params)
    return chain(
      attempt(
        () => chain(invocation.authorize(), () => invocation.finish(undefined)),
        (error) => invocation.finish({ error }),
      ),
      (failure) => {
        if (failure !== undefined) throw failure.error
      },
    )
  }

  /** What policies have to say stands on every answer, an error's too. */
  #answer(exchange: Exchange, params: Readonly<Record<string, string>>): MaybePromise<Outcome> {
    if (!this.#hasPolicies) return this.#invoke(exchange, params)
    return chain(this.#invoke(exchange, params), (outcome) => exchange.addAnswerHeaders(outcome))
  }

  #invoke(exchange: Exchange, params: Readonly<Record<string, string>>): MaybePromise<Outcome> {
    const invocation = new Invocation(this, exchange, params)
    return attempt(
      () => invocation.proceed(),
      (error) => invocation.fail(error),
    )
  }
}

function slotsOfAnswer({ access, plan }: OperationDescription): ReadonlySet<number> {
  const accessRoots = access.authenticators.length + access.custom.length
  return slotsBehind(plan.roots.slice(accessRoots), plan.nodes)
}

function customUsesOf({ access, plan }: OperationDescription): CompiledOperation['customUses'] {
  const offset = access.authenticators.length
  // The rules' own holders come last in the access stage, one for each rule.
  const firstHolder = plan.accessHolders - access.custom.length
  return new Map(
    access.custom.map((node, index) => [node, { uses: plan.roots[offset + index] ?? [], holder: firstHolder + index }]),
  )
}

function deprecationHeaders(deprecated: OperationDescription['placed']['deprecated']): Map<string, string> {
  const headers = new Map<string, string>()
  // Without a date only the document says so: the header is nothing but a date (RFC 9745 section 2). Sunset is an HTTP date (RFC 8594).
  if (deprecated === undefined || typeof deprecated === 'boolean') return headers
  headers.set('deprecation', `@${Math.floor(deprecated.since.getTime() / 1000)}`)
  if (deprecated.sunset !== undefined) headers.set('sunset', deprecated.sunset.toUTCString())
  return headers
}
