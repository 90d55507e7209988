import { scopeOf, type Caller, type AccessDecision, type RowScope } from '../core/access/decision.ts'
import type { AccessRule, Principal } from '../core/access/index.ts'
import type { CallerScope } from '../core/builtin.ts'
import type { BuiltinName } from '../core/dependency.ts'
import type { RunContext } from '../core/graph/resolution.ts'
import type { MaybePromise } from '../core/maybe-promise.ts'
import type { Outcome } from '../core/middleware.ts'
import type { AppLog } from '../core/observation/app-log.ts'
import type { RequestFailure, RequestObserver, RequestTrace, StatementTally } from '../core/observation/observer.ts'
import type { Call } from '../core/policy/policy.ts'
import type { Logger } from '../core/request.ts'
import type { Head } from './edge/head.ts'
import type { Incoming } from './incoming.ts'
import { FailureLog, type FailureHolder } from './failure-log.ts'
import { AnswerHeaders } from './answer-headers.ts'
import { RequestBuiltins } from './request-builtins.ts'
import { SideHead } from './response-head.ts'

/** What every exchange of one app shares. */
export interface ExchangeSettings {
  readonly logger: AppLog
  readonly observer: RequestObserver | undefined
  readonly secureCookies: boolean
  readonly handlerTimeoutMs: number
}

/** One request and what comes of it. What few requests ask for is made when it is asked for. */
export class Exchange implements RunContext, CallerScope, FailureHolder, Call {
  readonly incoming: Incoming
  readonly head: Head
  /** Of the monotonic clock, in milliseconds. */
  readonly openedAt: number
  /** When the handler's time began; later than the request where a body had to arrive first. */
  startedAt: number
  /** Its index among those in flight; -1 when it is finished. */
  place = -1
  #timeLimitMs: number | undefined
  trace: RequestTrace | undefined
  statements: StatementTally | undefined
  /** Counts it while it is worked on. */
  load: { working: number } | undefined
  #isWorkedOn = false
  /** Whether the observers were told how it ended. */
  isReported = false
  /** What the line of the request will tell. */
  failure: RequestFailure | undefined
  #operation: string | undefined
  #answerHeaders: AnswerHeaders | undefined
  /** Whose callers the operation's rules are about. */
  askedBy: AccessDecision['askedBy']
  /** Set when the time is up: the client has been answered, and whatever the handler still does must fail. */
  expired: Error | undefined
  /** Ends the dependencies that live until the response is sent. Set by the operation, called by the transport. */
  afterSent: (() => MaybePromise<unknown>) | undefined
  readonly #settings: ExchangeSettings
  #abort: AbortController | undefined
  /** Why, for who asks for the signal only afterwards. */
  #aborted: Error | undefined
  #response: SideHead | undefined
  #log: Logger | undefined
  #after: (() => MaybePromise<void>)[] | undefined
  #onExpire: ((error: Error) => void) | undefined
  #onListen: (() => void) | undefined
  #caller: Caller | undefined
  #onCaller: (() => void)[] | undefined
  #outer: Exchange | undefined
  #inner: Exchange | undefined

  constructor(incoming: Incoming, settings: ExchangeSettings, startedAt: number) {
    this.incoming = incoming
    this.head = incoming.head
    this.openedAt = startedAt
    this.startedAt = startedAt
    this.#settings = settings
  }

  /** The operation that answers it, once known: for the log. Of a mounted app's where that answers. */
  get operation(): string | undefined {
    return this.#operation ?? this.#inner?.operation
  }

  set operation(name: string) {
    this.#operation = name
  }

  /** Who calls, once that is decided. */
  get caller(): Caller | undefined {
    return this.#caller
  }

  set caller(caller: Caller | undefined) {
    this.#caller = caller
    const tell = this.#onCaller
    this.#onCaller = undefined
    if (caller !== undefined) tell?.forEach((each) => each())
  }

  whenKnown(tell: () => void): void {
    if (this.#caller === undefined) (this.#onCaller ??= []).push(tell)
  }

  get user(): Principal | undefined {
    return this.caller?.user ?? this.#inner?.user
  }

  get requestId(): string {
    return this.head.id
  }

  scopeOf(rule: AccessRule, custom: boolean): RowScope {
    return scopeOf(rule, { caller: this.caller, askedBy: this.askedBy, custom })
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      this.#onListen?.()
      // Whoever is to tell this one must begin to listen too.
      void this.#outer?.signal
    }
    if (this.#aborted !== undefined) this.#abort.abort(this.#aborted)
    return this.#abort.signal
  }

  get log(): Logger {
    this.#log ??= this.#settings.logger.of(this)
    return this.#log
  }

  /** Where it is told what the answer failed of. A mounted app's failure is told by the line of the app in which it is mounted. */
  get failureLog(): Logger {
    const outermost = this.#outer ?? this
    const { observer, logger } = outermost.#settings
    return observer?.tellsFailures === true ? new FailureLog(outermost, logger) : this.log
  }

  get response(): SideHead {
    this.#response ??= new SideHead(this.#settings.secureCookies)
    return this.#response
  }

  /** What was set on the side until now, where anything was. What is set from now on is set on another. */
  takeSideHead(): SideHead | undefined {
    const side = this.#response
    this.#response = undefined
    return side
  }

  get builtins(): Readonly<Record<BuiltinName, unknown>> {
    return new RequestBuiltins(this)
  }

  /** Made on demand, and bound, since handlers take it out of the context. */
  get after(): (work: () => MaybePromise<void>) => void {
    return (work) => {
      this.#after ??= []
      this.#after.push(work)
    }
  }

  /** Whether something is left to do once the response is sent. */
  get hasAfter(): boolean {
    return this.#after !== undefined || this.afterSent !== undefined
  }

  answerHeader(name: string, value: string): void {
    this.#answerHeaders ??= new AnswerHeaders()
    this.#answerHeaders.set(name, value)
  }

  answerMember(name: string, value: string): void {
    this.#answerHeaders ??= new AnswerHeaders()
    this.#answerHeaders.join(name, value)
  }

  addAnswerHeaders(outcome: Outcome): Outcome {
    this.#answerHeaders?.addTo(outcome)
    return outcome
  }

  /** Forgets what an attempt that is run again has set on the response. */
  startOver(): void {
    this.#response = undefined
    this.caller = undefined
  }

  takeAfter(): readonly (() => MaybePromise<void>)[] {
    const work = this.#after ?? []
    this.#after = undefined
    return work
  }

  /** Aborts what listens to the signal: the client has gone, or the app stops. */
  abort(reason: Error): void {
    this.#aborted ??= reason
    this.#abort?.abort(reason)
    this.#inner?.abort(reason)
  }

  /** Hands the request on to a mounted app: what ends this exchange ends that one, and they have one clock. */
  handTo(inner: Exchange): void {
    this.#inner = inner
    inner.#outer = this
    inner.trace = this.trace
    inner.statements = this.statements
    if (this.#aborted !== undefined) inner.abort(this.#aborted)
  }

  /** Whether another app has handed it on. */
  get isMounted(): boolean {
    return this.#outer !== undefined
  }

  /** A body is on its way: its time is the server's, not the handler's. */
  waitForBody(): void {
    this.stopClock()
  }

  bodyArrived(): void {
    this.startedAt = performance.now()
    this.beginWork()
    this.#outer?.bodyArrived()
  }

  /** The handler's time is over: its answer is there, or belongs to somebody with limits of their own. */
  stopClock(): void {
    this.startedAt = Number.POSITIVE_INFINITY
    if (this.#isWorkedOn) this.#endWork()
    this.#outer?.stopClock()
  }

  /** In place of the app's limit on a handler's time; in a mounted app, of that of the app around it, whose clock it goes by. */
  limitTime(ms: number): void {
    this.#timeLimitMs = ms
    this.#outer?.limitTime(ms)
  }

  /** From here on it is part of the server's load, until its clock is stopped. */
  beginWork(): void {
    if (this.load === undefined || this.#isWorkedOn) return
    this.#isWorkedOn = true
    this.load.working += 1
  }

  #endWork(): void {
    this.#isWorkedOn = false
    if (this.load !== undefined) this.load.working -= 1
  }

  /** Called when somebody first asks for the signal: until then nobody needs to know that the client has gone. */
  onListen(begin: () => void): void {
    if (this.#abort === undefined) this.#onListen = begin
    else begin()
  }

  /** Who is told when the time is up. */
  onExpire(tell: (error: Error) => void): void {
    this.#onExpire = tell
  }

  isOverdue(now: number): boolean {
    return this.expired === undefined && now - this.startedAt > (this.#timeLimitMs ?? this.#settings.handlerTimeoutMs)
  }

  expire(error: Error): void {
    this.expired = error
    this.abort(error)
    if (this.#inner !== undefined) this.#inner.expired = error
    this.#onExpire?.(error)
  }
}
