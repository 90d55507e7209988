import type { Readable } from 'node:stream'
import { Readable as NodeReadable } from 'node:stream'
import { readBody } from './edge/body.ts'
import { parseHead, type Head, type HeadOptions, type HeadSource } from './edge/head.ts'
import type { Incoming } from './incoming.ts'

/** A request made in process, through the same checks as a socket's. */
export class FetchIncoming implements Incoming {
  readonly head: Head
  readonly #request: Request

  constructor(request: Request, head: Head) {
    this.#request = request
    this.head = head
  }

  withHead(head: Head): FetchIncoming {
    return new FetchIncoming(this.#request, head)
  }

  readBody(limitBytes: number): Promise<Buffer> {
    const { body } = this.#request
    const stream: Readable = body === null ? NodeReadable.from([]) : NodeReadable.fromWeb(body)
    return readBody(stream, this.head, limitBytes)
  }
}

/** Parses and checks a request made in process; throws as {@link parseHead} does. */
export function fetchIncoming(request: Request, id: string, options: HeadOptions): FetchIncoming {
  return new FetchIncoming(request, parseHead(headSource(request), id, options))
}

function headSource(request: Request): HeadSource {
  const url = new URL(request.url)
  const rawHeaders = ['host', url.host]
  for (const [name, value] of request.headers) if (name !== 'host') rawHeaders.push(name, value)
  // A body without an announced length is what a socket calls chunked.
  if (request.body !== null && !request.headers.has('content-length')) rawHeaders.push('transfer-encoding', 'chunked')
  return {
    method: request.method,
    url: url.pathname + url.search,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    rawHeaders,
    socket: { remoteAddress: '127.0.0.1', encrypted: url.protocol === 'https:' },
  }
}
