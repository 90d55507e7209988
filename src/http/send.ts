import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Outcome } from '../core/middleware.ts'
import { drain } from './edge/body.ts'
import { measured } from './measured.ts'
import { hasNoBody, isStatus, type Answered, type ResponseLines } from './response-lines.ts'

/** Set on a socket whose last response is under way: what was pipelined behind it is not a request any more (RFC 9112 section 9.6). */
const CLOSING = Symbol('ashlar.closing')
type MarkedSocket = Socket & { [CLOSING]?: boolean }

function markClosing(socket: MarkedSocket): void {
  socket[CLOSING] = true
}

export function isClosing(socket: MarkedSocket): boolean {
  return socket[CLOSING] === true
}

export interface SendOptions {
  readonly lines: ResponseLines
  readonly request: Answered
  /** Ends the connection with this response. */
  readonly close: boolean
  /** What the client still sends is read and dropped before the end, so that the answer reaches it. */
  readonly unread: boolean
  /** Told of a stream that fails, other than by the client's going. */
  readonly failed: (error: unknown) => void
}

/** Writes a response to a socket. A stream goes at the pace of the client. */
export function sendOutcome(response: ServerResponse, outcome: Outcome, options: SendOptions): void {
  if (!isStatus(outcome.status)) throw new RangeError(`${String(outcome.status)} is not the status of a response.`)
  const headers = options.lines.of(outcome, options.request)
  if (options.close || options.unread) headers.push('connection', 'close')
  response.writeHead(outcome.status, headers)
  if (options.close || options.unread) markClosing(response.req.socket)
  const { body } = outcome
  // HEAD: everything but the body.
  const bodyless = options.request.method === 'HEAD' || hasNoBody(outcome.status)
  if (body instanceof ReadableStream) {
    if (!bodyless) return sendStream(response, measured(body, outcome.headers), options.failed)
    void body.cancel().catch(() => undefined)
  }
  const sent = bodyless || body instanceof ReadableStream ? undefined : body
  if (!options.unread) return void response.end(sent)
  if (sent === undefined) response.flushHeaders()
  else response.write(sent)
  void drain(response.req).then(() => response.end())
}

function sendStream(
  response: ServerResponse,
  body: ReadableStream<Uint8Array>,
  failed: (error: unknown) => void,
): void {
  // The type of Node's streams, which the global one does not know it is.
  const source = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])
  // A failure of the stream ends the connection: the status is sent already, and a short body must not look whole.
  pipeline(source, response).catch((error: unknown) => {
    if ((error as { readonly code?: unknown } | undefined)?.code !== 'ERR_STREAM_PREMATURE_CLOSE') failed(error)
    response.destroy()
  })
}
