import type { StepFields } from '../../core/observation/observer.ts'
import { runningRequest } from '../../core/running-request.ts'

const FIRST_FAILURE = 400

/**
 * `fetch`, as a step of the request that the running code belongs to: a span of its own, and a `traceparent` header (W3C Trace Context) by which the
 * trace goes on at who is called. Outside of requests, and without `tracing`, it is `fetch` and nothing more.
 *
 * @example
 * const rates = dependency(async ({ signal }) => (await tracedFetch('https://rates.example.com/today', { signal })).json())
 */
export async function tracedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const trace = runningRequest.getStore()?.trace
  if (trace === undefined) return fetch(input, init)
  const request = new Request(input, init)
  const { origin, hostname, port, pathname } = new URL(request.url)
  const fields = {
    'http.request.method': request.method,
    'server.address': hostname,
    ...(port !== '' && { 'server.port': Number(port) }),
    // Without a query and user info: credentials can be in them.
    'url.full': origin + pathname,
  }
  return trace.step(
    'outbound',
    `${request.method} ${hostname}`,
    () => {
      const headers: Record<string, string> = {}
      trace.carry?.(headers)
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value)
      return fetch(request)
    },
    { fields, ended: statusOf },
  )
}

/** To who calls, an answer that is none of success is a failure: so it is with OpenTelemetry. */
function statusOf({ status }: Response): StepFields {
  return { 'http.response.status_code': status, ...(status >= FIRST_FAILURE && { 'error.type': String(status) }) }
}
