import { setTimeout as delay } from 'node:timers/promises'
import { authenticate, authorize, challenge, type AuthenticatorUses, type Caller } from '../core/access/decision.ts'
import type { Principal } from '../core/access/index.ts'
import type { CustomNode } from '../core/access/rule.ts'
import { Unauthenticated, ValidationFailed, type Issue } from '../core/errors/index.ts'
import { Resolution, type Failure } from '../core/graph/resolution.ts'
import { attempt, chain, isPromise, type MaybePromise } from '../core/maybe-promise.ts'
import type { Wrapper } from '../core/policy/compose.ts'
import { ReadyAnswer, type CheckedCall } from '../core/policy/policy.ts'
import type { Outcome } from '../core/middleware.ts'
import type { Logger } from '../core/request.ts'
import { readAll } from './bind.ts'
import type { BodyInput } from './body-input.ts'
import { negotiateType } from './edge/accept.ts'
import type { Exchange } from './exchange.ts'
import { failureOutcome } from './failure.ts'
import { LazyInputs } from './lazy-inputs.ts'
import type { CompiledOperation } from './operation.ts'
import { OperationContext, type HandlerInputs } from './operation-context.ts'
import type { SideHead } from './response-head.ts'
import { WatchedRun } from './watched-run.ts'

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** One run of an operation: access, inputs, dependencies, handler, response, cleanups, in this order. */
export class Invocation {
  readonly #operation: CompiledOperation
  readonly #exchange: Exchange
  readonly #resolution: Resolution
  /** There where a policy looks at what is read. */
  readonly #watch: WatchedRun | undefined
  readonly #raw: LazyInputs
  readonly #values: Record<string, unknown>[] = []
  readonly #params: Readonly<Record<string, string>>
  /** 1 for the first; an operation may be run again where concurrent work was in its way. */
  readonly #attempt: number
  #body: BodyInput | undefined
  /** What finding out who calls has set on the response, where an answer may be kept: it is of this request. */
  #own: SideHead | undefined

  constructor(
    operation: CompiledOperation,
    exchange: Exchange,
    params: Readonly<Record<string, string>>,
    before?: Invocation,
  ) {
    this.#operation = operation
    this.#exchange = exchange
    this.#params = params
    this.#attempt = before === undefined ? 1 : before.#attempt + 1
    this.#body = before === undefined ? undefined : before.#body
    const { plan, watched } = operation
    // What is run again is watched together with what asked for it.
    const earlier = before === undefined ? undefined : before.#watch
    this.#watch = earlier ?? (watched && new WatchedRun(exchange, watched))
    this.#resolution = new Resolution(plan, exchange, this.#watch)
    this.#raw = new LazyInputs(exchange.head, params)
  }

  proceed(): MaybePromise<Outcome> {
    const { arrive, admit } = this.#operation.policies
    // One that is run again is still one request.
    if ((arrive === undefined && admit === undefined) || this.#attempt > 1)
      return chain(this.authorize(), () => this.#receive())
    return chain(arrive?.(this.#exchange), () =>
      chain(this.authorize(), () => chain(admit?.(this.#exchange), () => this.#receive())),
    )
  }

  /** Decides access from the head of the request. */
  authorize(): MaybePromise<void> {
    const { open, accessBinding } = this.#operation
    if (open) return
    if (accessBinding.isEmpty) return this.#resolveAndDecide()
    const issues: Issue[] = []
    return chain(accessBinding.read(this.#raw, issues, this.#values), () => {
      return issues.length > 0 ? this.#refuse(issues) : this.#resolveAndDecide()
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
    return chain(this.finish({ error }), (failure) => {
      const answered = failure?.error ?? error
      if (answered instanceof ReadyAnswer) return this.#withOwn(answered.outcome)
      if (this.#mayRunAgain(answered)) return this.#again(answered)
      // The client has been told, and the log too, when the time ran out.
      const log = answered === this.#exchange.expired ? SILENT : this.#exchange.failureLog
      return failureOutcome(answered, this.#exchange.head, log, this.#operation.settings)
    })
  }

  /** Nothing of a failed attempt may be left: neither work for later, nor what ends only once the response is sent. */
  #mayRunAgain(error: unknown): boolean {
    const { rerun } = this.#operation.plan
    if (rerun === undefined || this.#attempt > rerun.times || !rerun.when(error)) return false
    return this.#exchange.expired === undefined && !this.#exchange.hasAfter
  }

  /** Runs the operation again from access on. Its body has arrived, or is read now. */
  async #again(error: unknown): Promise<Outcome> {
    const { plan, name } = this.#operation
    this.#exchange.log.debug({ err: error, attempt: this.#attempt, operation: name }, 'the operation is run again')
    await delay(plan.rerun?.delayMs(this.#attempt))
    this.#exchange.startOver()
    const next = new Invocation(this.#operation, this.#exchange, this.#params, this)
    return attempt(
      () => next.proceed(),
      (reason) => next.fail(reason),
    )
  }

  #resolveAndDecide(): MaybePromise<void> {
    const resolved = this.#resolution.resolve('access', this.#values)
    return resolved === undefined ? this.#decide() : resolved.then(() => this.#decide())
  }

  #decide(): MaybePromise<void> {
    const { decision, appUsesOf } = this.#operation
    const caller = authenticate(decision, this.#exchange.head, appUsesOf ?? this.#authenticatorUses())
    // Almost always it is known at once: then nothing is made to go on later.
    return isPromise(caller) ? caller.then((known) => this.#admit(known)) : this.#admit(caller)
  }

  #admit(caller: Caller | undefined): MaybePromise<void> {
    const { decision } = this.#operation
    this.#exchange.askedBy = decision.askedBy
    this.#exchange.caller = caller
    if (decision.custom.length === 0) return authorize(decision, caller, noContext)
    return authorize(decision, caller, (node, principal) => this.#customContext(node, principal))
  }

  #authenticatorUses(): AuthenticatorUses {
    return (index) => {
      const uses: Record<string, unknown> = {}
      this.#resolution.fill(this.#operation.authenticatorUses[index] ?? [], uses)
      return uses
    }
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
    if (this.#body !== undefined) return this.#operate(this.#body)
    if (!head.hasBody) return this.#operate(body.none)
    body.accept(head)
    this.#exchange.waitForBody()
    return incoming.readBody(settings.limits.bodyBytes).then((bytes) => {
      this.#exchange.bodyArrived()
      return chain(body.parse(bytes, head, settings.limits), (parsed) => this.#operate(parsed))
    })
  }

  #operate(body: BodyInput): MaybePromise<Outcome> {
    const { binding, onInvalid } = this.#operation
    this.#body = body
    this.#raw.setBody(body)
    const bound = binding.isEmpty ? undefined : readAll(binding, this.#raw, this.#values, onInvalid)
    const { around, within } = this.#operation.policies
    if (around === undefined && within === undefined) return chain<unknown, Outcome>(bound, () => this.#perform())
    return chain<unknown, Outcome>(bound, () => {
      this.#own = this.#exchange.takeSideHead()
      const answered = around === undefined ? this.#perform() : this.#surrounded(around)
      return chain(answered, (outcome) => this.#withOwn(outcome))
    })
  }

  #surrounded(around: Wrapper): MaybePromise<Outcome> {
    let performed = false
    const answered = around(
      () => this.#checked(),
      () => {
        performed = true
        return this.#perform()
      },
    )
    return chain(answered, (outcome) => (performed ? outcome : this.#settle(outcome)))
  }

  #withOwn(outcome: Outcome): Outcome {
    this.#own?.addBeneath(outcome)
    return outcome
  }

  /** The operation again, for its answer alone. What this run has left open ends as it would have. */
  async #anew(): Promise<Outcome> {
    const earlier = this.#exchange.afterSent
    this.#exchange.afterSent = undefined
    this.#exchange.startOver()
    const next = new Invocation(this.#operation, this.#exchange, this.#params, this)
    try {
      await next.authorize()
      // Of this caller, as above, and nobody is there to be sent it.
      this.#exchange.takeSideHead()
      return await next.#operateAlone()
    } catch (error) {
      throw (await next.finish({ error }))?.error ?? error
    } finally {
      const later = this.#exchange.afterSent as (() => MaybePromise<unknown>) | undefined
      if (earlier !== undefined) this.#exchange.afterSent = () => chain(later?.(), () => earlier())
    }
  }

  #operateAlone(): MaybePromise<Outcome> {
    const { binding, onInvalid, body } = this.#operation
    this.#raw.setBody((this.#body ??= body.none))
    const bound = binding.isEmpty ? undefined : readAll(binding, this.#raw, this.#values, onInvalid)
    return chain<unknown, Outcome>(bound, () => this.#perform())
  }

  /** Dependencies, handler, answer, and the end of the dependencies. */
  #perform(): MaybePromise<Outcome> {
    const { within } = this.#operation.policies
    return chain(this.#resolution.resolve('main', this.#values), () => {
      if (within === undefined) return chain(this.#handle(), (result) => this.#settle(this.#answer(result)))
      const answered = within(
        (index) => this.#checked(index),
        () => chain(this.#handle(), (result) => this.#answer(result)),
      )
      return chain(answered, (outcome) => this.#settle(outcome))
    })
  }

  /** @param index - The policy whose uses are there by now. */
  #checked(index?: number): CheckedCall {
    const uses: Record<string, unknown> = {}
    if (index !== undefined) this.#resolution.fill(this.#operation.policyUses[index] ?? [], uses)
    const { reads = [] } = this.#watch ?? {}
    return { call: this.#exchange, inputs: this.#values, sent: this.#body ?? {}, uses, reads, anew: () => this.#anew() }
  }

  #handle(): unknown {
    const { trace } = this.#exchange
    return trace === undefined
      ? this.#callHandler()
      : trace.step('handler', this.#operation.name, () => this.#callHandler())
  }

  #callHandler(): unknown {
    const { ownHolder, handler, uses } = this.#operation
    const inputs: HandlerInputs = (ownHolder < 0 ? undefined : this.#values[ownHolder]) ?? {}
    const context = new OperationContext(this.#exchange, inputs, this.#params)
    // Indexed by the names the operation declares in `uses`.
    this.#resolution.fill(uses, context as unknown as Record<string, unknown>, this.#watch)
    this.#watch?.watch(context)
    return handler(context as never)
  }

  #answer(result: unknown): Outcome {
    const { respond, deprecation } = this.#operation
    if (this.#exchange.expired !== undefined) throw this.#exchange.expired
    const outcome = respond(result, this.#exchange.takeSideHead())
    for (const [name, value] of deprecation) outcome.headers.set(name, value)
    return outcome
  }

  /** The answer counts once what lives as long as the handler has ended well. */
  #settle(outcome: Outcome): MaybePromise<Outcome> {
    return chain(this.finish(undefined), (failure) => {
      if (failure !== undefined) throw failure.error
      // What cleanups have to tell, such as how far the database has come with the commit.
      this.#exchange.takeSideHead()?.addTo(outcome)
      return outcome
    })
  }
}

/** Where no rule has code of its own. */
function noContext(): object {
  return {}
}
