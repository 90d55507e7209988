import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a database that reads along: the text of every statement that is sent to it. */
export interface StatementProxy {
  readonly url: string
  /** Of the statements so far, each once. */
  readonly texts: ReadonlySet<string>
  close(): void
}

export async function statementProxy(target: string): Promise<StatementProxy> {
  const to = new URL(target)
  const folder = to.searchParams.get('host')
  const address =
    folder === null ? { host: to.hostname, port: Number(to.port) } : { path: `${folder}/.s.PGSQL.${to.port}` }
  const texts = new Set<string>()
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(address)
    const read = messageReader((type, body) => textsIn(type, body).forEach((text) => texts.add(text)))
    client.on('data', (bytes: Buffer) => {
      read(bytes)
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => client.write(bytes))
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  to.searchParams.delete('host')
  to.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: to.href,
    texts,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const LENGTH_BYTES = 4

/** PostgreSQL's protocol, from the client: a first message without a type, then each with type and length. */
function messageReader(seen: (type: string, body: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let started = false
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (;;) {
      const at = started ? 1 : 0
      if (rest.length < at + LENGTH_BYTES) return
      const end = at + rest.readInt32BE(at)
      if (rest.length < end) return
      if (started) seen(String.fromCharCode(rest[0]!), rest.subarray(at + LENGTH_BYTES, end))
      started = true
      rest = rest.subarray(end)
    }
  }
}

/** What names of prepared statements are made of. */
const COUNTED = /^(?:ashlar_\d+)?$/

/** Parse has a name and a text, Query a text alone. A name is looked at too, unless it is a number. */
function textsIn(type: string, body: Buffer): readonly string[] {
  if (type === 'Q') return [body.subarray(0, -1).toString()]
  if (type !== 'P') return []
  const end = body.indexOf(0)
  const [name, text] = [body.subarray(0, end), body.subarray(end + 1, body.indexOf(0, end + 1))].map(String)
  return COUNTED.test(name!) ? [text!] : [name!, text!]
}
