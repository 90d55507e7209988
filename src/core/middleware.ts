import { chain, type MaybePromise } from './maybe-promise.ts'
import type { RequestHead } from './request.ts'

/** A response on its way out, after serialisation: what middleware sees and may change. */
export interface Outcome {
  status: number
  /** Names in lower case. */
  readonly headers: Map<string, string>
  /** One `set-cookie` line each. */
  readonly cookies: string[]
  body: OutcomeBody
  /** The error that was answered, if one was; never sent. */
  readonly error?: unknown
  /** Whether it may be compressed, in place of what the app decides by itself. */
  compress?: boolean
}

export type OutcomeBody = string | Uint8Array | ReadableStream<Uint8Array> | undefined

/**
 * Wraps an operation, a router or the whole app: it runs before, calls `next` once, and may change what comes back. Errors have
 * become responses by then. Middleware of the app is outermost and also sees unknown paths; then come routers, then the operation.
 *
 * @example
 * const timing: Middleware = async (request, next) => {
 *   const started = performance.now()
 *   const outcome = await next()
 *   outcome.headers.set('server-timing', `total;dur=${(performance.now() - started).toFixed(1)}`)
 *   return outcome
 * }
 */
export type Middleware = (request: RequestHead, next: () => MaybePromise<Outcome>) => MaybePromise<Outcome>

/** One function for a list of middleware around `innermost`, in order; `innermost` itself where there is none. */
export function compose(
  middleware: readonly Middleware[],
  request: RequestHead,
  innermost: () => MaybePromise<Outcome>,
): MaybePromise<Outcome> {
  const dispatch = (index: number): MaybePromise<Outcome> => {
    const layer = middleware[index]
    if (layer === undefined) return innermost()
    let called = false
    const given = layer(request, () => {
      if (called) throw new Error(`The middleware "${layer.name}" called next() twice; call it once.`)
      called = true
      return dispatch(index + 1)
    })
    return chain(given, (outcome: Outcome | undefined) => {
      if (typeof outcome?.status === 'number') return outcome
      throw new Error(`The middleware "${layer.name}" gave no response; return what next() gives, or one of its own.`)
    })
  }
  return dispatch(0)
}
