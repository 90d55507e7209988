import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a database by TCP. */
export interface DatabaseRelay {
  readonly url: string
  /** Ends every connection; new ones are taken. */
  cut(): void
  close(): void
}

/** Sees the bytes of one connection, and says whether they are passed on. */
export type Onlooker = (bytes: Buffer, from: 'client' | 'server') => boolean

/** `look` is called for each connection. */
export async function databaseRelay(target: string, look: () => Onlooker): Promise<DatabaseRelay> {
  const to = new URL(target)
  const folder = to.searchParams.get('host')
  const address =
    folder === null ? { host: to.hostname, port: Number(to.port) } : { path: `${folder}/.s.PGSQL.${to.port}` }
  const sockets = new Set<Socket>()
  const relay = (socket: Socket, other: Socket, passes: (bytes: Buffer) => boolean): void => {
    sockets.add(socket)
    socket.on('data', (bytes: Buffer) => void (passes(bytes) && other.write(bytes)))
    socket.on('error', () => undefined)
    socket.on('close', () => other.destroy())
  }
  const server = createServer((client) => {
    const upstream = connect(address)
    const onlooker = look()
    relay(client, upstream, (bytes) => onlooker(bytes, 'client'))
    relay(upstream, client, (bytes) => onlooker(bytes, 'server'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  to.searchParams.delete('host')
  to.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: to.href,
    cut,
    close: () => {
      server.close()
      cut()
    },
  }
}
