import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody } from './edge/body.ts'
import type { Head } from './edge/head.ts'
import type { Incoming } from './incoming.ts'

/** A request on a socket. */
export class SocketIncoming implements Incoming {
  readonly head: Head
  /** The raw request, for what must reach it. */
  readonly request: IncomingMessage
  readonly response: ServerResponse

  constructor(request: IncomingMessage, response: ServerResponse, head: Head) {
    this.request = request
    this.response = response
    this.head = head
  }

  withHead(head: Head): SocketIncoming {
    return new SocketIncoming(this.request, this.response, head)
  }

  readBody(limitBytes: number): Promise<Buffer> {
    const { expectsContinue, contentLength = 0 } = this.head
    if (expectsContinue && contentLength <= limitBytes) this.response.writeContinue()
    return readBody(this.request, this.head, limitBytes)
  }
}
