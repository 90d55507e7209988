import { chain } from '../../core/maybe-promise.ts'
import type { Middleware } from '../../core/middleware.ts'

/** One line per request: `GET /api/posts 200 3.1 ms`. */
export function requestLines(write: (line: string) => void): Middleware {
  return function requestLine(request, next) {
    const startedAt = performance.now()
    return chain(next(), (outcome) => {
      const query = request.search === '' ? '' : `?${request.search}`
      const took = (performance.now() - startedAt).toFixed(1)
      write(`${request.method} ${request.path}${query} ${outcome.status} ${took} ms`)
      return outcome
    })
  }
}
