import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { LINGER_TIMEOUT_MS } from './limits.ts'

export interface RawProblem {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
}

/** A whole response as bytes, for connections that never had a request Node could parse. Always closes. */
export function rawProblem({ status, code, title, detail }: RawProblem): Buffer {
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, code })
  return Buffer.from(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n${body}`,
  )
}

const BAD_REQUEST = { status: 400, code: 'bad_request', title: 'Bad request' }

/**
 * What to tell a client whose bytes Node's parser refused or that ran out of time; `undefined` where it is gone. The parser's own words
 * name protocol elements, never content.
 */
export function problemOfClientError(
  error: Error & { readonly code?: string; readonly reason?: string },
): RawProblem | undefined {
  const code = error.code ?? ''
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return {
      status: 408,
      code: 'request_timeout',
      title: 'The request took too long to arrive',
      detail: 'The request was not complete in time.',
    }
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return {
      status: 431,
      code: 'headers_too_large',
      title: 'The headers are too large',
      detail: 'The head of the request is too large.',
    }
  }
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') {
    return {
      status: 413,
      code: 'content_too_large',
      title: 'The body is too large',
      detail: 'The chunk extensions of the body are too large.',
    }
  }
  // The reason of a coding other than chunked; the same code stands for ambiguous framing, which is a 400.
  if (code === 'HPE_INVALID_TRANSFER_ENCODING' && error.reason === 'Request has invalid `Transfer-Encoding`') {
    return {
      status: 501,
      code: 'not_implemented',
      title: 'Not implemented',
      detail: 'The only Transfer-Encoding understood is "chunked".',
    }
  }
  if (code === 'HPE_INVALID_EOF_STATE') return { ...BAD_REQUEST, detail: 'The request ended before it was complete.' }
  if (code === 'HPE_PAUSED_H2_UPGRADE') return { ...BAD_REQUEST, detail: 'HTTP/2 is not spoken on this port.' }
  if (code.startsWith('HPE_'))
    return { ...BAD_REQUEST, detail: `The request is not valid HTTP/1.1: ${error.reason ?? 'parse error'}.` }
  return undefined
}

/** Node's own way from a connection to the response under way on it, which its default answer to these errors uses too. */
type HttpSocket = Duplex & { readonly _httpMessage?: (ServerResponse & { readonly req: IncomingMessage }) | null }

/**
 * The `clientError` listener: one answer, then the connection ends. Where an earlier request is still being answered, that answer is
 * let out first and alone, so that the client cannot take this error for it.
 */
export function answerClientError(error: Error, socket: HttpSocket): void {
  const pending = socket._httpMessage
  if (pending?.req.complete === true) {
    pending.shouldKeepAlive = false
    pending.once('close', () => socket.destroy())
    return
  }
  const problem = problemOfClientError(error)
  if (problem === undefined || !socket.writable) {
    socket.destroy()
    return
  }
  // Ended rather than destroyed, since unread bytes would make the destruction a reset that can overtake the answer: this one, or the
  // one the edge gave already, when the head was refused before the parser came to the same conclusion.
  if (pending?.headersSent === true) socket.end()
  else socket.end(rawProblem(problem))
  const timer = setTimeout(() => socket.destroy(), LINGER_TIMEOUT_MS)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
}
