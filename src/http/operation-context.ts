import type { MaybePromise } from '../core/maybe-promise.ts'
import type { Logger, RequestHead, ResponseHead } from '../core/request.ts'
import type { Exchange } from './exchange.ts'

/** The checked inputs of one operation. */
export interface HandlerInputs {
  readonly params?: unknown
  readonly query?: unknown
  readonly headers?: unknown
  readonly cookies?: unknown
  readonly body?: unknown
  readonly form?: unknown
}

/** What a handler receives. One shape for all operations; its uses are added by name. */
export class OperationContext {
  readonly params: unknown
  readonly query: unknown
  readonly headers: unknown
  readonly cookies: unknown
  readonly body: unknown
  readonly form: unknown
  readonly user: unknown
  readonly request: RequestHead
  readonly #exchange: Exchange

  constructor(exchange: Exchange, inputs: HandlerInputs, params: Readonly<Record<string, string>>) {
    this.params = inputs.params ?? params
    this.query = inputs.query
    this.headers = inputs.headers
    this.cookies = inputs.cookies
    this.body = inputs.body
    this.form = inputs.form
    this.user = exchange.user
    this.request = exchange.head
    this.#exchange = exchange
  }

  get response(): ResponseHead {
    return this.#exchange.response
  }

  get signal(): AbortSignal {
    return this.#exchange.signal
  }

  get log(): Logger {
    return this.#exchange.log
  }

  get after(): (work: () => MaybePromise<void>) => void {
    return this.#exchange.after
  }
}
