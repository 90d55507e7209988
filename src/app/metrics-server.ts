import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Limits } from '../http/edge/limits.ts'
import { createStrictServer } from '../http/edge/server.ts'
import { tokenCheck } from '../observe/metrics/metrics-token.ts'
import type { AppMetrics } from './metrics.ts'

/** Metrics on a port of their own. */
export interface MetricsServer {
  readonly port: number
  stop(): Promise<void>
}

/** What the app's own port answers there too (RFC 9110 section 9.1). */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Serves nothing but metrics: no operation of the app is reached by this port. */
export async function serveMetrics(
  metrics: AppMetrics | undefined,
  defaults: { readonly host: string; readonly limits: Limits },
): Promise<MetricsServer | undefined> {
  if (metrics?.options.port === undefined) return undefined
  const { options, contentType, text } = metrics
  const { path, token, port, host = defaults.host } = options
  const isValid = token === undefined ? () => true : tokenCheck(token)
  const server = createStrictServer(defaults.limits, (request, response) => {
    if (!READS.has(request.method ?? '') || request.url?.split('?')[0] !== path) return answer(response, 404)
    if (!isValid(request.headers.authorization)) return answer(response, 401, { 'www-authenticate': 'Bearer' })
    text().then(
      (body) => answer(response, 200, { 'content-type': contentType, 'cache-control': 'no-store' }, body),
      () => answer(response, 500),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, () => resolve())
  })
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Each on a connection of its own: what else a client sends is nobody's. */
function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): void {
  response.writeHead(status, { ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) }).end(body)
}
