import type { AccessDecision, Caller } from '../core/access/decision.ts'
import { authenticate, authorize, challenge } from '../core/access/decision.ts'
import type { Authenticator, Principal } from '../core/access/index.ts'
import type { CustomNode } from '../core/access/rule.ts'
import type { OperationDescription } from '../core/description.ts'
import { Unauthenticated, ValidationFailed, type Issue } from '../core/errors/index.ts'
import type { Plan, Use } from '../core/graph/plan.ts'
import { Resolution, type Failure } from '../core/graph/resolution.ts'
import { attempt, chain, type MaybePromise } from '../core/maybe-promise.ts'
import { compose, type Middleware, type Outcome } from '../core/middleware.ts'
import type { Problems } from '../core/graph/problems.ts'
import { Binding, readAll } from './bind.ts'
import { bodyParserOf, type BodyInput, type BodyParser } from './body-input.ts'
import { negotiateType } from './edge/accept.ts'
import type { Limits } from './edge/limits.ts'
import type { Exchange } from './exchange.ts'
import { failureOutcome, type FailureSettings } from './failure.ts'
import { OperationContext, type HandlerInputs } from './operation-context.ts'
import { LazyInputs } from './lazy-inputs.ts'
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
  /** The uses of the operation itself: the last root. */
  readonly uses: readonly Use[]
  readonly authenticatorUses: ReadonlyMap<Authenticator, readonly Use[]>
  readonly customUses: ReadonlyMap<CustomNode, { readonly uses: readonly Use[]; readonly holder: number }>
  /** The holder of the operation's own inputs. */
  readonly ownHolder: number
  readonly deprecation: ReadonlyMap<string, string>

  constructor(description: OperationDescription, settings: OperationSettings, problems: Problems) {
    const { placed, plan, access } = description
    this.name = placed.name
    this.description = description
    this.middleware = placed.middleware
    this.settings = settings
    this.plan = plan
    this.decision = access
    this.open = access.authenticators.length === 0 && access.custom.length === 0 && access.anonymous
    this.accessBinding = new Binding(plan.holders.slice(0, plan.accessHolders))
    this.binding = new Binding(plan.holders.slice(plan.accessHolders))
    this.body = bodyParserOf(placed.name, plan.holders, problems)
    this.respond = compileResponder(placed.operation, placed.name)
    this.offered = offeredTypes(placed.operation)
    this.handler = placed.operation.handler
    this.uses = plan.roots.at(-1) ?? []
    this.authenticatorUses = new Map(
      access.authenticators.map((authenticator, index) => [authenticator, plan.roots[index] ?? []]),
    )
    this.customUses = customUsesOf(description)
    this.ownHolder = Object.keys(placed.operation.inputs).length === 0 ? -1 : plan.holders.length - 1
    this.deprecation = deprecationHeaders(placed.deprecated)
  }

  /** Runs the operation for one request. Never throws: every error has become a response. */
  run(exchange: Exchange, params: Readonly<Record<string, string>>): MaybePromise<Outcome> {
    exchange.operation = this.name
    if (this.middleware.length === 0) return this.#invoke(exchange, params)
    return attempt(
      () => compose(this.middleware, exchange.head, () => this.#invoke(exchange, params)),
      (error) => failureOutcome(error, exchange.head, exchange.log, this.settings),
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

  #invoke(exchange: Exchange, params: Readonly<Record<string, string>>): MaybePromise<Outcome> {
    const invocation = new Invocation(this, exchange, params)
    return attempt(
      () => invocation.proceed(),
      (error) => invocation.fail(error),
    )
  }
}

/** One run of an operation: access, inputs, dependencies, handler, response, cleanups, in this order. */
class Invocation {
  readonly #operation: CompiledOperation
  readonly #exchange: Exchange
  readonly #resolution: Resolution
  readonly #raw: LazyInputs
  readonly #values: Record<string, unknown>[] = []
  readonly #params: Readonly<Record<string, string>>

  constructor(operation: CompiledOperation, exchange: Exchange, params: Readonly<Record<string, string>>) {
    this.#operation = operation
    this.#exchange = exchange
    this.#params = params
    this.#resolution = new Resolution(operation.plan, exchange)
    this.#raw = new LazyInputs(exchange.head, params, operation.settings.limits)
  }

  proceed(): MaybePromise<Outcome> {
    return chain(this.authorize(), () => this.#receive())
  }

  /** Decides access from the head of the request. */
  authorize(): MaybePromise<void> {
    const { open, accessBinding } = this.#operation
    if (open) return
    if (accessBinding.isEmpty) return chain(this.#resolution.resolve('access', this.#values), () => this.#decide())
    const issues: Issue[] = []
    return chain(accessBinding.read(this.#raw, issues, this.#values), () => {
      if (issues.length > 0) return this.#refuse(issues)
      return chain(this.#resolution.resolve('access', this.#values), () => this.#decide())
    })
  }

  /** Ends the dependencies that live as long as the handler, and leaves the others to the transport. */
  finish(failure: Failure | undefined): MaybePromise<Failure | undefined> {
    return chain(this.#resolution.finish('handled', failure), (settled) => {
      if (this.#resolution.hasOpen) this.#exchange.afterSent = () => this.#resolution.finish('sent', settled)
      return settled
    })
  }

  fail(error: unknown): MaybePromise<Outcome> {
    return chain(this.finish({ error }), (failure) =>
      failureOutcome(failure?.error ?? error, this.#exchange.head, this.#exchange.log, this.#operation.settings),
    )
  }

  #decide(): MaybePromise<void> {
    const { decision } = this.#operation
    return chain(this.#authenticate(), (caller) => {
      this.#exchange.user = caller?.user
      return authorize(decision, caller, (node, principal) => this.#customContext(node, principal))
    })
  }

  #authenticate(): MaybePromise<Caller | undefined> {
    const { decision, authenticatorUses } = this.#operation
    return authenticate(decision, this.#exchange.head, (authenticator) => {
      const uses: Record<string, unknown> = {}
      this.#resolution.fill(authenticatorUses.get(authenticator) ?? [], uses)
      return uses
    })
  }

  /** Input that access depends on is not valid. A stranger learns only that nobody knows them. */
  #refuse(issues: readonly Issue[]): MaybePromise<never> {
    const { decision } = this.#operation
    const independent = decision.authenticators.filter(({ uses }) => Object.keys(uses).length === 0)
    return chain(
      authenticate({ ...decision, authenticators: independent }, this.#exchange.head, () => ({})),
      (caller) => {
        if (caller === undefined && !decision.anonymous)
          throw new Unauthenticated(undefined, { headers: challenge(decision.authenticators) })
        throw new ValidationFailed(issues)
      },
    )
  }

  #customContext(node: CustomNode, user: Principal): object {
    const context: Record<string, unknown> = { user }
    const found = this.#operation.customUses.get(node)
    if (found === undefined) return context
    if (found.holder >= 0) Object.assign(context, this.#values[found.holder])
    this.#resolution.fill(found.uses, context)
    return context
  }

  /** The body is read only for a client that can take the answer. What follows it runs without another promise where it can. */
  #receive(): MaybePromise<Outcome> {
    const { body, settings, offered } = this.#operation
    const { head, incoming } = this.#exchange
    if (offered !== undefined) negotiateType(head.header('accept'), offered)
    if (!head.hasBody) return this.#operate(body.none)
    body.accept(head)
    this.#exchange.waitForBody()
    return incoming.readBody(settings.limits.bodyBytes).then((bytes) => {
      this.#exchange.bodyArrived()
      return chain(body.parse(bytes, head, settings.limits), (parsed) => this.#operate(parsed))
    })
  }

  #operate(body: BodyInput): MaybePromise<Outcome> {
    const { binding } = this.#operation
    this.#raw.setBody(body)
    const bound = binding.isEmpty ? undefined : readAll(binding, this.#raw, this.#values)
    return chain<unknown, Outcome>(bound, () =>
      chain(this.#resolution.resolve('main', this.#values), () =>
        chain(this.#handle(), (result) => this.#answer(result)),
      ),
    )
  }

  #handle(): unknown {
    const { ownHolder, handler, uses } = this.#operation
    const inputs: HandlerInputs = (ownHolder < 0 ? undefined : this.#values[ownHolder]) ?? {}
    const context = new OperationContext(this.#exchange, inputs, this.#params)
    // Indexed by the names the operation declares in `uses`.
    this.#resolution.fill(uses, context as unknown as Record<string, unknown>)
    return handler(context as never)
  }

  #answer(result: unknown): MaybePromise<Outcome> {
    const { respond, deprecation } = this.#operation
    if (this.#exchange.expired !== undefined) throw this.#exchange.expired
    const outcome = respond(result, this.#exchange.sideHead)
    for (const [name, value] of deprecation) outcome.headers.set(name, value)
    return chain(this.finish(undefined), (failure) => {
      if (failure !== undefined) throw failure.error
      return outcome
    })
  }
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
