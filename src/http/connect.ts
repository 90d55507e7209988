import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { MaybePromise } from '../core/maybe-promise.ts'
import type { Middleware, Outcome } from '../core/middleware.ts'
import type { RequestHead } from '../core/request.ts'
import { Head } from './edge/head.ts'

/** Middleware as Connect and Express know it. */
export type ConnectMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => unknown

/**
 * Runs middleware that was written for Connect or Express: `helmet`, a redirect, a check of a header. It may look at the head of the request, set headers and
 * call `next`, or answer by itself. Headers that it sets stand on the answer, in place of those of the same name.
 *
 * It sees a request without a body, and no answer but its own: what parses bodies, keeps sessions in `request`, or rewrites what is written later (compression,
 * request logs) does nothing here; Ashlar has its own. Nothing it puts on `request` reaches a handler. A failure passed to `next` is answered as any other.
 *
 * @example
 * createApp({ title: 'Blog', version: '1.0.0', api, middleware: [connect((request, response, next) => {
 *   response.setHeader('x-powered-by', 'stone')
 *   next()
 * })] })
 */
export function connect(middleware: ConnectMiddleware): Middleware {
  const name = middleware.name === '' ? 'connect' : `connect(${middleware.name})`
  const run: Middleware = (head, next) => answered(middleware, head, next)
  return Object.defineProperty(run, 'name', { value: name })
}

async function answered(
  middleware: ConnectMiddleware,
  head: RequestHead,
  next: () => MaybePromise<Outcome>,
): Promise<Outcome> {
  const request = requestOf(head)
  const response = new KeptResponse(request)
  const goesOn = await new Promise<boolean>((resolve, reject) => {
    response.ended = () => resolve(false)
    const proceed = (error?: unknown): void => {
      if (error === undefined || error === null || error === 'route' || error === 'router') resolve(true)
      else reject(error instanceof Error ? error : new Error('The middleware passed on a failure.', { cause: error }))
    }
    // What is thrown in an async one becomes the failure of the request as well.
    Promise.resolve(middleware(request, response, proceed)).catch(reject)
  })
  if (!goesOn) return { status: response.statusCode, ...linesOf(response), body: response.bytes() }
  const outcome = await next()
  const { headers, cookies } = linesOf(response)
  for (const [name, value] of headers) outcome.headers.set(name, value)
  outcome.cookies.push(...cookies)
  return outcome
}

function requestOf(head: RequestHead): IncomingMessage {
  const socket = new Socket()
  Object.defineProperties(socket, {
    remoteAddress: { value: head.address },
    encrypted: { value: head.protocol === 'https' },
  })
  const request = new IncomingMessage(socket)
  request.method = head.method
  request.httpVersion = '1.1'
  request.url = head.path + (head.search === '' ? '' : `?${head.search}`)
  Object.assign(request, { originalUrl: head.basePath + request.url })
  // Every head is one of these; the interface has no list of all headers.
  const fields = head instanceof Head ? head.headerFields() : {}
  for (const [name, value] of Object.entries(fields))
    request.headers[name] =
      Array.isArray(value) && name !== 'set-cookie' ? value.join(name === 'cookie' ? '; ' : ', ') : value
  // As trusted proxies say it, for middleware that asks for them by itself.
  request.headers['host'] = head.host
  request.push(null)
  return request
}

/** A response that goes nowhere: what is written is kept. */
class KeptResponse extends ServerResponse {
  ended: () => void = () => undefined
  readonly #chunks: Buffer[] = []

  constructor(request: IncomingMessage) {
    super(request)
    this.sendDate = false
  }

  bytes(): Buffer | undefined {
    return this.#chunks.length === 0 ? undefined : Buffer.concat(this.#chunks)
  }

  override writeHead(status: number, ...rest: readonly unknown[]): this {
    this.statusCode = status
    const headers = rest.find((each) => typeof each === 'object' && each !== null) ?? {}
    const pairs = Array.isArray(headers) ? pairsOf(headers as readonly string[]) : Object.entries(headers)
    for (const [name, value] of pairs) if (value !== undefined) this.setHeader(name, value as string)
    return this
  }

  override write(chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean {
    const encoding = typeof rest[0] === 'string' ? (rest[0] as BufferEncoding) : 'utf8'
    this.#chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk))
    const done = rest.find((each) => typeof each === 'function') as (() => void) | undefined
    if (done !== undefined) queueMicrotask(done)
    return true
  }

  override end(...given: readonly unknown[]): this {
    const [chunk, ...rest] = given
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.write(chunk, ...rest)
    this.ended()
    return this
  }
}

function pairsOf(flat: readonly string[]): (readonly [string, string])[] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : []))
}

function linesOf(response: ServerResponse): { readonly headers: Map<string, string>; readonly cookies: string[] } {
  const headers = new Map<string, string>()
  const cookies: string[] = []
  for (const [name, value] of Object.entries(response.getHeaders())) {
    if (value === undefined) continue
    if (name === 'set-cookie') cookies.push(...[value].flat().map(String))
    else headers.set(name, Array.isArray(value) ? value.join(', ') : String(value))
  }
  return { headers, cookies }
}
