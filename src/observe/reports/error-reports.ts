import type { ObservedRequest } from '../../core/observation/observer.ts'
import type { Logger } from '../../core/request.ts'
import type { ErrorHook } from './error-report.ts'

/** More that are on their way at once say that the other end is slow, or that everything fails: neither needs another one. */
const MOST_IN_FLIGHT = 100

/** How long the end of an app waits for reports that are on their way. */
const FLUSH_MS = 2_000

interface ErrorReportsOptions {
  readonly hook: ErrorHook
  /** Where failures of the hook itself are told; what is logged there is not reported. */
  readonly log: Logger
  readonly pathOf: (request: ObservedRequest) => string
}

/** Tells the app's hook of errors, and harms nothing where that fails. */
export class ErrorReports {
  readonly #options: ErrorReportsOptions
  readonly #inFlight = new Set<Promise<void>>()
  #dropped = 0

  constructor(options: ErrorReportsOptions) {
    this.#options = options
  }

  report(thrown: unknown, message: string, request: ObservedRequest | undefined): void {
    if (this.#inFlight.size >= MOST_IN_FLIGHT) return this.#drop()
    const sending = this.#send(thrown, message, request)
    this.#inFlight.add(sending)
    void sending.then(() => this.#inFlight.delete(sending))
  }

  /** Waits for those on their way, for a while. */
  async flush(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, FLUSH_MS)
    await Promise.race([Promise.allSettled(this.#inFlight), promise])
    clearTimeout(timer)
  }

  async #send(error: unknown, message: string, request: ObservedRequest | undefined): Promise<void> {
    const { hook, log, pathOf } = this.#options
    try {
      await hook({
        error,
        message,
        requestId: request?.head.id,
        operation: request?.operation,
        method: request?.head.method,
        path: request === undefined ? undefined : pathOf(request),
        userId: request?.user?.id,
      })
    } catch (failure) {
      log.error({ err: failure }, 'onError failed')
    }
  }

  /** One line for the first of them, and then for every thousandth: the log has the errors themselves. */
  #drop(): void {
    this.#dropped += 1
    if (this.#dropped % 1_000 === 1)
      this.#options.log.warn({ dropped: this.#dropped, inFlight: MOST_IN_FLIGHT }, 'error reports are left out')
  }
}
