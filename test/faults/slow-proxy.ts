import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a server whose answers can be held back, as those of a busy one are. */
export interface SlowProxy {
  readonly port: number
  /** So long every part of an answer is held back. 0: not at all. */
  delayMs: number
  close(): void
}

export async function slowProxy(port: number): Promise<SlowProxy> {
  const sockets = new Set<Socket>()
  const watched = (socket: Socket, other: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => other.destroy())
  }
  const server = createServer((client) => {
    const upstream = connect({ port, host: '127.0.0.1' })
    watched(client, upstream)
    watched(upstream, client)
    client.pipe(upstream)
    // In their order: each waits as long as the one before.
    let last = Promise.resolve()
    upstream.on('data', (bytes: Buffer) => {
      const due = performance.now() + proxy.delayMs
      last = last.then(() => passed(due)).then(() => void (client.destroyed || client.write(bytes)))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
  return proxy
}

function passed(due: number): Promise<void> {
  const leftMs = due - performance.now()
  return leftMs <= 0 ? Promise.resolve() : new Promise((resolve) => void setTimeout(resolve, leftMs))
}
