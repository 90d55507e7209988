import { Connection, type PoolClient } from 'pg'

/** What the server does not answer is not waited for. */
const CANCEL_LIMIT_MS = 5_000

/** What a `pg` client knows of its connection, besides its types. */
interface Known {
  readonly host: string
  readonly port: number
  readonly ssl: unknown
  readonly sslNegotiation?: string
  readonly processID: number
  readonly secretKey: number
}

interface CancelConnection extends Connection {
  requestSsl(): void
  cancel(processID: number, secretKey: number): void
  connect(pathOrPort: string | number, host?: string): void
}

/**
 * Asks the server to end the statement that runs on this client's connection, if one does: PostgreSQL's own request for that, on a connection
 * opened for it, which a pooler passes on. Never rejects; resolves when the server has taken it or cannot be reached.
 */
export function cancelStatement(client: PoolClient): Promise<void> {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = client as unknown as Known
  const connection = new Connection({ ssl } as ConstructorParameters<typeof Connection>[0]) as CancelConnection
  return new Promise((resolve) => {
    const limit = setTimeout(() => connection.stream.destroy(), CANCEL_LIMIT_MS)
    const done = (): void => {
      clearTimeout(limit)
      resolve()
    }
    const send = (): void => connection.cancel(processID, secretKey)
    connection.on('error', done)
    // The server says nothing and closes.
    connection.on('end', done)
    connection.on('sslconnect', send)
    connection.on('connect', () => {
      if (ssl === false || ssl === undefined) send()
      else if (sslNegotiation !== 'direct') connection.requestSsl()
    })
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
    else connection.connect(port, host)
  })
}
