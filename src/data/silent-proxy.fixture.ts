import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a database that can fall silent, as a network does whose other end was cut off: nothing arrives, and nobody says so. */
export interface SilentProxy {
  readonly url: string
  silence(): void
  close(): void
}

export async function silentProxy(target: string): Promise<SilentProxy> {
  const to = new URL(target)
  const folder = to.searchParams.get('host')
  const address =
    folder === null ? { host: to.hostname, port: Number(to.port) } : { path: `${folder}/.s.PGSQL.${to.port}` }
  const sockets = new Set<Socket>()
  let silent = false
  const relay = (from: Socket, other: Socket): void => {
    sockets.add(from)
    from.on('data', (bytes) => void (silent || other.write(bytes)))
    from.on('error', () => undefined)
    from.on('close', () => other.destroy())
  }
  const server = createServer((client) => {
    const upstream = connect(address)
    relay(client, upstream)
    relay(upstream, client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  to.searchParams.delete('host')
  to.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: to.href,
    silence: () => (silent = true),
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
