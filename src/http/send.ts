import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Outcome } from '../core/middleware.ts'
import { drain } from './edge/body.ts'
import { hasNoBody, type Answered, type ResponseLines } from './response-lines.ts'

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
  /** HEAD: everything but the body. */
  readonly headOnly: boolean
  /** Ends the connection with this response. */
  readonly close: boolean
  /** What the client still sends is read and dropped before the end, so that the answer reaches it. */
  readonly unread: boolean
}

/** Writes a response to a socket. A stream goes at the pace of the client. */
export function sendOutcome(response: ServerResponse, outcome: Outcome, options: SendOptions): void {
  const headers = options.lines.of(outcome, options.request)
  if (options.close || options.unread) {
    headers.push('connection', 'close')
    markClosing(response.req.socket)
  }
  response.writeHead(outcome.status, headers)
  const { body } = outcome
  if (body instanceof ReadableStream) return sendStream(response, body, options)
  const sent = options.headOnly || hasNoBody(outcome.status) ? undefined : body
  if (!options.unread) return void response.end(sent)
  if (sent === undefined) response.flushHeaders()
  else response.write(sent)
  void drain(response.req).then(() => response.end())
}

function sendStream(response: ServerResponse, body: ReadableStream<Uint8Array>, { headOnly }: SendOptions): void {
  if (headOnly) {
    void body.cancel().catch(() => undefined)
    response.end()
    return
  }
  // A failure of the stream ends the connection: the status is sent already, and a short body must not look whole.
  pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), response).catch(() => response.destroy())
}
