import { connect, type Socket } from 'node:net'
import { once } from 'node:events'

/** What became of one connection. */
export interface ClientResult {
  /** Whole answers with the status that was expected. */
  readonly answered: number
  /** Bytes of an answer that was not whole when the connection ended, or an answer with another status. */
  readonly broken: string
  /** Whether the last answer said that the connection ends. */
  readonly toldToClose: boolean
}

export interface KeepAliveClient {
  /** Ends when the server ends the connection. */
  readonly result: Promise<ClientResult>
  readonly answered: number
}

/** Sends one request after another on one connection, each when the answer to the one before is whole. */
export async function keepAliveClient(port: number, path: string): Promise<KeepAliveClient> {
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  const ask = (): void => void socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  const state = { answered: 0, broken: '', toldToClose: false }
  socket.on('data', (chunk) => {
    state.broken += chunk.toString('latin1')
    const answer = /^HTTP\/1\.1 200 OK\r\n([^]*?\r\n)content-length: (\d+)\r\n([^]*?)\r\n\r\n/i.exec(state.broken)
    if (answer === null) return
    const end = answer[0].length + Number(answer[2])
    if (state.broken.length < end) return
    state.broken = state.broken.slice(end)
    state.answered++
    state.toldToClose = /^connection: close$/im.test(answer[0])
    if (!state.toldToClose) ask()
  })
  ask()
  return {
    result: ended(socket).then(() => state),
    get answered() {
      return state.answered
    },
  }
}

function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    // A request that crosses with the end of an idle connection is reset: it was never accepted.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
  })
}
