import { connect } from 'node:net'

/** What came back on one connection until it was closed. */
export interface RawAnswer {
  readonly text: string
  /** Statuses of all the responses on the connection, in order. */
  readonly statuses: readonly number[]
  /** The body of the first response. */
  readonly body: string
}

/** The longest a connection may stay open: a limit for the test, not a measurement. */
const PATIENCE_MS = 10_000

/** Writes bytes to a new connection and gives what comes back until the server closes it. */
export function rawExchange(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const chunks: Buffer[] = []
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`The connection was not closed. It said: ${Buffer.concat(chunks).toString('latin1')}`))
    }, PATIENCE_MS)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // A reset after the answer is a way to close.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(parse(Buffer.concat(chunks).toString('latin1')))
    })
    socket.on('connect', () => {
      for (const part of parts) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)
    })
  })
}

/** A whole GET request that asks the server to close after it. */
export function get(target: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): string {
  const lines = Object.entries({ host: 'localhost', connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A whole POST request with a body of known length. */
export function post(
  target: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body)
  const head = get(
    target,
    { 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers },
    'POST',
  )
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes])
}

function parse(text: string): RawAnswer {
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
  const split = text.indexOf('\r\n\r\n')
  return { text, statuses, body: split === -1 ? '' : text.slice(split + 4) }
}
