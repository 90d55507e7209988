import type { AshlarError } from '../core/errors/index.ts'
import { HandlerTimeout, NotFound } from '../core/errors/index.ts'
import { attempt, chain, type MaybePromise } from '../core/maybe-promise.ts'
import { compose, type Middleware, type Outcome } from '../core/middleware.ts'
import type { Logger } from '../core/request.ts'
import { runningRequest } from '../core/running-request.ts'
import { Exchange, type ExchangeSettings } from './exchange.ts'
import { failureOutcome, type FailureSettings } from './failure.ts'
import { InFlight } from './in-flight.ts'
import type { Incoming } from './incoming.ts'
import type { MountHandler, MountTable } from './mounts.ts'
import type { OuterLayer } from './outer-layer.ts'
import { operationFor, type Match, type Routes } from './routes.ts'

export interface KernelSettings extends FailureSettings, ExchangeSettings {
  readonly routes: Routes
  readonly mounts: MountTable
  /** What is around everything it answers: CORS, compression. */
  readonly outer: OuterLayer | undefined
  /** Answers paths that nobody else does: a front end. */
  readonly fallback: MountHandler | undefined
  readonly middleware: readonly Middleware[]
  readonly redirectSlashes: boolean
  /** How long an operation may take whose limit is the shortest: overdue ones are looked for that often. */
  readonly shortestTimeoutMs: number
  /** The path under which a proxy serves the app, where it is said. */
  readonly rootPath: string | undefined
}

/** How often overdue handlers are looked for: a limit of 30 s needs no timer of its own per request. */
export const SWEEP_INTERVAL_MS = 500

/** How often a stopping app looks whether all is done. */
const IDLE_CHECK_MS = 10

/**
 * The log of the request that the running code belongs to, for code that is handed no context: its lines carry the request's id. Outside
 * a request `undefined`.
 *
 * @example
 * const charge = (cents: number) => currentLog()?.info({ cents }, 'charged')
 */
export function currentLog(): Logger | undefined {
  return runningRequest.getStore()?.log
}

/** Answers requests, whatever transport they come by. */
export class Kernel {
  readonly settings: KernelSettings
  readonly inFlight = new InFlight()

  constructor(settings: KernelSettings) {
    this.settings = settings
  }

  /** Begins an exchange. `now` is of the monotonic clock, in milliseconds. */
  open(incoming: Incoming, now: number): Exchange {
    const exchange = new Exchange(incoming, this.settings, now)
    this.inFlight.add(exchange)
    return exchange
  }

  /** Begins one that came from outside, and not by another app in which this one is mounted. */
  openObserved(incoming: Incoming, now: number): Exchange {
    const exchange = this.open(incoming, now)
    const { observer } = this.settings
    if (observer === undefined) return exchange
    if (observer.countsStatements === true) exchange.statements = { count: 0, waitedMs: 0 }
    if (observer.begin !== undefined) exchange.trace = observer.begin(exchange)
    return exchange
  }

  /** Tells the observers once how an exchange ended. */
  report(exchange: Exchange, { status, error }: Pick<Outcome, 'status' | 'error'>): void {
    const { observer } = this.settings
    if (observer?.answered === undefined || exchange.isReported) return
    exchange.isReported = true
    const { openedAt, failure } = exchange
    observer.answered(exchange, { status, error, durationMs: performance.now() - openedAt, failure })
  }

  /** Answers an exchange. Never throws: every error has become a response. */
  answer(exchange: Exchange): MaybePromise<Outcome> {
    const { trace } = exchange
    if (trace === undefined) return runningRequest.run(exchange, this.#answer, exchange)
    return trace.run(() => runningRequest.run(exchange, this.#answer, exchange))
  }

  readonly #answer = (exchange: Exchange): MaybePromise<Outcome> => {
    const { outer } = this.settings
    if (outer === undefined) return this.#inside(exchange)
    return attempt(
      () => outer.before(exchange) ?? chain(this.#inside(exchange), (outcome) => outer.after(exchange, outcome)),
      (error) => this.failed(exchange, error),
    )
  }

  #inside(exchange: Exchange): MaybePromise<Outcome> {
    const { middleware } = this.settings
    if (middleware.length === 0) return this.#route(exchange)
    return attempt(
      () => compose(middleware, exchange.head, () => this.#route(exchange)),
      (error) => this.failed(exchange, error),
    )
  }

  /** Ends an exchange whose response was sent: work left for after it, then the dependencies that lived that long. */
  close(exchange: Exchange): MaybePromise<void> {
    const work = exchange.takeAfter()
    if (work.length === 0 && exchange.afterSent === undefined) {
      this.inFlight.delete(exchange)
      return
    }
    return runningRequest.run(exchange, () => this.#finish(exchange, work))
  }

  /** Waits until nothing is in flight any more, at most `timeoutMs`. */
  async idle(timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs
    while (this.inFlight.size > 0 && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, IDLE_CHECK_MS))
  }

  /** Answers those whose handler takes too long, and aborts their signals. */
  expire(now: number): void {
    for (const exchange of this.inFlight) {
      if (!exchange.isOverdue(now)) continue
      exchange.expire(new HandlerTimeout(undefined, { headers: { 'retry-after': '1' } }))
    }
  }

  /** The methods of a path, as its 405 names them; `undefined` for one that is not known. */
  allowAt(path: string): string | undefined {
    const mounted = this.settings.mounts.find(path)
    return mounted === undefined ? this.settings.routes.find(path)?.allow : mounted.allowAt?.(path)
  }

  /** The response to an error outside any operation. */
  failure(
    error: AshlarError,
    request: { readonly id: string; readonly method: string; readonly path: string },
  ): Outcome {
    return failureOutcome(error, request, this.settings.logger, this.settings)
  }

  async #finish(exchange: Exchange, first: readonly (() => MaybePromise<void>)[]): Promise<void> {
    // Work may leave more of it.
    for (let work = first; work.length > 0; work = exchange.takeAfter()) {
      for (const task of work) {
        try {
          await task()
        } catch (error) {
          exchange.log.error({ err: error }, 'work after the response failed')
        }
      }
    }
    try {
      await exchange.afterSent?.()
    } catch (error) {
      exchange.log.error({ err: error }, 'a cleanup after the response failed')
    } finally {
      this.inFlight.delete(exchange)
    }
  }

  /** An operation answers its own errors, so that its promise, the usual one, needs no other around it. */
  #route(exchange: Exchange): MaybePromise<Outcome> {
    try {
      const { path, method } = exchange.head
      const mounted = this.settings.mounts.find(path)
      if (mounted !== undefined) return this.#guarded(exchange, () => mounted.answer(exchange))
      const match = path === '*' ? undefined : this.settings.routes.find(path)
      if (match === undefined) return this.#guarded(exchange, () => this.#unknownPath(exchange))
      if (method === 'OPTIONS' && !match.operations.has('OPTIONS'))
        return this.#guarded(exchange, () => this.#options(exchange, match))
      return operationFor(match, method).run(exchange, match.params)
    } catch (error) {
      return this.failed(exchange, error)
    }
  }

  #guarded(exchange: Exchange, work: () => MaybePromise<Outcome>): MaybePromise<Outcome> {
    return attempt(work, (error) => this.failed(exchange, error))
  }

  /** What stands before the app's own paths for the client: the proxy's part, or the mounting app's. */
  #basePath({ head }: Exchange): string {
    return this.settings.rootPath ?? head.basePath
  }

  #unknownPath(exchange: Exchange): MaybePromise<Outcome> {
    const { head } = exchange
    if (head.path === '*')
      return {
        status: 204,
        headers: new Map([['allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']]),
        cookies: [],
        body: undefined,
      }
    const other = head.path.endsWith('/') ? head.path.slice(0, -1) : `${head.path}/`
    if (this.settings.redirectSlashes && other !== '' && this.settings.routes.find(other) !== undefined) {
      const query = head.search === '' ? '' : `?${head.search}`
      return {
        status: 307,
        headers: new Map([['location', `${head.protocol}://${head.host}${this.#basePath(exchange)}${other}${query}`]]),
        cookies: [],
        body: undefined,
      }
    }
    const { fallback } = this.settings
    if (fallback !== undefined) return fallback(exchange)
    throw new NotFound()
  }

  /** OPTIONS comes by itself, behind the same guard as the path's operations. */
  #options(exchange: Exchange, match: Match): MaybePromise<Outcome> {
    const guarded = match.operations.get('GET') ?? [...match.operations.values()][0]
    const allowed: Outcome = { status: 204, headers: new Map([['allow', match.allow]]), cookies: [], body: undefined }
    // Counted as any other, before it is asked who calls: nobody tries credentials past a limit.
    return chain(guarded?.policies.arrive?.(exchange), () =>
      chain(guarded?.guard(exchange, match.params), () => exchange.addAnswerHeaders(allowed)),
    )
  }

  /** The response to an error of this exchange. */
  failed(exchange: Exchange, error: unknown): Outcome {
    const outcome = failureOutcome(error, exchange.head, exchange.failureLog, this.settings)
    exchange.addAnswerHeaders(outcome)
    this.settings.outer?.mark(exchange, outcome)
    return outcome
  }
}
