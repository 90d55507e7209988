import { runningRequest } from '../../core/running-request.ts'
import type { RequestTrace } from '../../core/observation/observer.ts'
import type { StatementEnd, StatementObserver } from './statement-observer.ts'
import { isControl, StatementPatterns, shortened } from './statement-text.ts'

/**
 * Counts the statements of each request, and shows them to whoever sees it from inside; in production too. What begins and ends transactions is
 * not counted, as it is no statement of the app's. Outside of requests, and where nobody asks, it costs one look.
 */
export class RequestStatements implements StatementObserver {
  readonly #patterns = new StatementPatterns()

  statement(text: string): StatementEnd | undefined {
    const request = runningRequest.getStore()
    if (request === undefined) return undefined
    const { trace, statements } = request
    if ((trace === undefined && statements === undefined) || isControl(text)) return undefined
    const shown = trace === undefined ? undefined : this.#show(trace, text)
    if (statements === undefined) return shown
    const began = performance.now()
    return (failure) => {
      statements.count += 1
      statements.waitedMs += performance.now() - began
      shown?.(failure)
    }
  }

  /** A text can have values in it that somebody wrote there; its pattern has none. */
  #show(trace: RequestTrace, text: string): StatementEnd {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // Who runs the statement hears of its failure.
    promise.catch(() => undefined)
    void trace.step('statement', shortened(this.#patterns.of(text)), () => promise)
    return (failure) => (failure === undefined ? resolve() : reject(failure.error))
  }
}
