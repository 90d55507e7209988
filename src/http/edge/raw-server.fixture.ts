import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { AshlarError } from '../../core/errors/index.ts'
import { closesAfter, drain, readBody } from './body.ts'
import { parseHead, type Head } from './head.ts'
import { hostList } from './host.ts'
import { resolveLimits, type Limits } from './limits.ts'
import { createStrictServer } from './server.ts'
import { trustedProxies } from './forwarded.ts'

/** A server of the edge alone, spoken to in bytes. */
export interface RawServer {
  readonly port: number
  /** How many requests got past the edge, their bodies read. */
  readonly handled: () => number
  /** Sends the bytes on a connection of their own and gives all that comes back until the server closes it. */
  send(bytes: string | Buffer): Promise<string>
  /** A connection to send on in pieces. */
  connect(): Socket
  close(): Promise<void>
}

export interface RawServerOptions {
  readonly limits?: Partial<Limits>
  readonly proxies?: readonly string[]
  /** Answers a request whose head has been parsed; by default what the edge made of it, as JSON. */
  readonly handle?: (head: Head, request: IncomingMessage, response: ServerResponse) => Promise<unknown>
}

export async function startRawServer({
  limits: changes,
  proxies = [],
  handle,
}: RawServerOptions = {}): Promise<RawServer> {
  const limits = resolveLimits(changes)
  const options = { hosts: hostList(['a.test', '*.b.test']), trustedProxies: trustedProxies(proxies), limits }
  let handled = 0
  const echo = async (head: Head, request: IncomingMessage): Promise<unknown> => {
    const body = (await readBody(request, head, limits.bodyBytes)).toString('latin1')
    const { method, path, search, protocol, host, address } = head
    return { method, path, search, protocol, host, address, body }
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let head: Head | undefined
    try {
      head = parseHead(request, 'id', options)
      if (head.expectsContinue) response.writeContinue()
      const result = await (handle ?? echo)(head, request, response)
      handled++
      await respond(request, response, { head, status: 200, body: result })
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error
      await respond(request, response, {
        head,
        status: error.status,
        body: { code: error.code, detail: error.message },
      })
    }
  }
  const server = createStrictServer(limits, (request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    handled: () => handled,
    send: (bytes) => receiveAll(connect(port, '127.0.0.1'), bytes),
    connect: () => connect(port, '127.0.0.1'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Answer {
  readonly head: Head | undefined
  readonly status: number
  readonly body: unknown
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { head, status, body }: Answer,
): Promise<void> {
  const closes = closesAfter(request, head)
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-length': Buffer.byteLength(text),
    ...(closes || head === undefined ? { connection: 'close' } : {}),
  })
  response.write(text)
  if (closes) await drain(request)
  response.end()
}

export function receiveAll(socket: Socket, bytes?: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // A reset after the answer is the server's right; what was received counts.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    if (bytes !== undefined) socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  })
}

/** The status codes of all responses in what was received. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]))
}

/** The JSON body of the last response in what was received. */
export function bodyOf(received: string): unknown {
  return JSON.parse(received.slice(received.lastIndexOf('\r\n\r\n') + 4))
}
