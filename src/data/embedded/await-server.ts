import { setTimeout as delay } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import { SUPERUSER } from './cluster.ts'
import type { Endpoint } from './endpoint.ts'

/** The role apps connect as. Not a superuser, as with any managed server: row-level security applies to it. */
export const APP_USER = 'ashlar'

/** Recovery after a crash replays what was written since the last checkpoint. */
const START_LIMIT_MS = 60_000
const POLL_MS = 4

/** Waits until a server that was started takes connections, and makes the role the apps connect as. */
export async function awaitServer(endpoint: Endpoint, hasFailed: () => boolean): Promise<void> {
  const client = await connectWhenReady({ ...endpoint, user: SUPERUSER, database: 'postgres' }, hasFailed)
  try {
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [APP_USER])
    const password = endpoint.password === undefined ? '' : ` PASSWORD ${client.escapeLiteral(endpoint.password)}`
    if (rowCount === 0) await client.query(`CREATE ROLE ${APP_USER} LOGIN CREATEDB${password}`)
  } finally {
    await client.end()
  }
}

/** Connects, again and again while the server is starting, recovering or stopping. */
export async function connectWhenReady(config: ClientConfig, hasFailed: () => boolean): Promise<Client> {
  const deadline = performance.now() + START_LIMIT_MS
  for (;;) {
    const client = new Client(config)
    try {
      await client.connect()
      return client
    } catch (error) {
      if (!isNotReady(error) || hasFailed() || performance.now() > deadline) throw error
      await delay(POLL_MS)
    }
  }
}

/** No socket yet, nobody listening, or 57P03: "the database system is starting up". */
function isNotReady(error: unknown): boolean {
  const { code, message } = error as { readonly code?: string; readonly message: string }
  return (
    ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code ?? '') ||
    message === 'Connection terminated unexpectedly'
  )
}
