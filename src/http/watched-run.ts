import type { BuiltinName } from '../core/dependency.ts'
import type { OtherRun, RunContext } from '../core/graph/resolution.ts'
import type { RequestTrace } from '../core/observation/observer.ts'
import type { Logger } from '../core/request.ts'
import { WatchedHead, type RequestRead } from '../core/watched-head.ts'
import type { Exchange } from './exchange.ts'
import { RequestBuiltins } from './request-builtins.ts'

/** An exchange as what makes its answer sees it, where it matters what the answer is made of. */
export class WatchedRun implements RunContext, OtherRun {
  readonly slots: ReadonlySet<number>
  readonly reads: RequestRead[] = []
  readonly #exchange: Exchange
  #head: WatchedHead | undefined

  /** @param slots - The nodes that the answer is made of. */
  constructor(exchange: Exchange, slots: ReadonlySet<number>) {
    this.slots = slots
    this.#exchange = exchange
  }

  get run(): this {
    return this
  }

  get head(): WatchedHead {
    return (this.#head ??= new WatchedHead(this.#exchange.head, this.reads))
  }

  get user(): unknown {
    this.reads.push({ part: 'user', name: '', values: [] })
    return this.#exchange.user
  }

  get signal(): AbortSignal {
    return this.#exchange.signal
  }

  get log(): Logger {
    return this.#exchange.log
  }

  get trace(): RequestTrace | undefined {
    return this.#exchange.trace
  }

  get builtins(): Readonly<Record<BuiltinName, unknown>> {
    return new WatchedBuiltins(this.#exchange, this)
  }

  /** In the place of what the handler would have been given. */
  watch(context: object): void {
    Object.defineProperties(context, {
      request: { value: this.head, enumerable: true },
      user: { get: () => this.user, enumerable: true },
    })
  }
}

class WatchedBuiltins extends RequestBuiltins {
  readonly #run: WatchedRun

  constructor(exchange: Exchange, run: WatchedRun) {
    super(exchange)
    this.#run = run
  }

  override get request(): unknown {
    return this.#run.head
  }
}
