import { connect } from 'node:net'
import type { Logger } from '../core/request.ts'
import type { Router } from '../core/router.ts'
import type { App } from './app.ts'
import { createApp } from './create-app.ts'
import type { AppDefinition } from './definition.ts'
import { kernelOf } from './internals.ts'

/** A line of the log: its level, its message and its error. */
export interface LogLine {
  readonly level: string
  readonly message: string | undefined
  readonly error: unknown
}

/** A logger that keeps what it is told. */
export function keptLog(): { readonly lines: LogLine[]; readonly logger: Logger } {
  const lines: LogLine[] = []
  const write =
    (level: string) =>
    (fields: object, message?: string): void =>
      void lines.push({ level, message, error: (fields as { readonly err?: unknown }).err })
  return {
    lines,
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  }
}

/** An app on a free port, until the test is over. */
export interface Serving {
  readonly app: App
  readonly port: number
  readonly log: readonly LogLine[]
  /** Sends bytes on a connection of their own, and gives what comes back until `enough`, or until the server closes it. */
  send(bytes: string, enough?: RegExp): Promise<string>
  inFlight(): number
  [Symbol.asyncDispose](): Promise<void>
}

export async function serving(api: Router, changes: Partial<AppDefinition> = {}): Promise<Serving> {
  const { lines, logger } = keptLog()
  const app = createApp({ title: 'Test', version: '1.0.0', environment: 'test', logger, ...changes, api })
  const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    app,
    port,
    log: lines,
    send: (bytes, enough) => exchange(port, bytes, enough),
    inFlight: () => kernelOf(app).inFlight.size,
    [Symbol.asyncDispose]: () => app.stop(),
  }
}

function exchange(port: number, bytes: string, enough: RegExp | undefined): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')))
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (enough?.test(text) === true) socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })
}

/** A whole GET request; the last on its connection unless `connection` says otherwise. */
export function get(target: string, connection: 'close' | 'keep-alive' = 'close'): string {
  return `GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: ${connection}\r\n\r\n`
}
