import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { answerClientError, rawProblem } from './client-error.ts'
import type { Limits } from './limits.ts'

/** How often Node looks for connections that ran out of time; its own default of 30 s would make a limit of 10 s one of 40 s. */
const CHECK_INTERVAL_MS = 1_000

/** The options of `node:http` that the edge relies on. */
export function serverOptions(limits: Limits): ServerOptions & { readonly optimizeEmptyRequests: boolean } {
  return {
    // Explicit, so that the flag --insecure-http-parser cannot open what the edge relies on.
    insecureHTTPParser: false,
    // The edge answers a missing Host itself, for HTTP/1.0 too and with a body.
    requireHostHeader: false,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, Math.ceil(limits.headersTimeoutMs / 4)),
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // Small responses go out at once instead of waiting for the ACK of the one before.
    noDelay: true,
    // A request without a body is no stream to be opened and closed. Its `close` event then says nothing: listen to the response's.
    optimizeEmptyRequests: true,
  }
}

/**
 * A `node:http` server in the state the strict edge needs. Every request reaches `listener`, those with `Expect` too: {@link parseHead}
 * decides, and `100 Continue` is for the listener to write. What Node's parser refuses is answered with a problem and closed.
 */
export function createStrictServer(limits: Limits, listener: RequestListener): Server {
  const server = createServer(serverOptions(limits), listener)
  // Node drops headers over this count in silence, and with them what they ask for. 0 keeps all; parseHead counts them.
  server.maxHeadersCount = 0
  server.timeout = limits.idleTimeoutMs
  server.on('checkContinue', listener)
  server.on('checkExpectation', listener)
  server.on('clientError', answerClientError)
  server.on('connect', (_req, socket) => {
    socket.on('error', () => socket.destroy())
    socket.end(
      rawProblem({
        status: 501,
        code: 'not_implemented',
        title: 'Not implemented',
        detail: 'CONNECT is not supported.',
      }),
    )
  })
  return server
}
