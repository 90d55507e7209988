import type { Client, DatabaseError } from 'pg'
import { APP_USER, connectWhenReady } from './await-server.ts'
import type { Endpoint } from './endpoint.ts'

const UNKNOWN_DATABASE = '3D000'
const ALREADY_THERE = ['42P04', '23505']

/** Makes the database where it is missing, and says how to connect to it. */
export async function ensureDatabase(endpoint: Endpoint, name: string): Promise<string> {
  const connect = (database: string): Promise<Client> =>
    connectWhenReady({ ...endpoint, user: APP_USER, database }, () => false)
  try {
    await (await connect(name)).end()
  } catch (error) {
    if ((error as DatabaseError).code !== UNKNOWN_DATABASE) throw error
    await createDatabase(await connect('postgres'), name)
  }
  return urlOf(endpoint, name)
}

async function createDatabase(client: Client, name: string): Promise<void> {
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  } catch (error) {
    // Another process of the same app was quicker.
    if (!ALREADY_THERE.includes((error as DatabaseError).code ?? '')) throw error
  } finally {
    await client.end()
  }
}

/** The connection URL, in the form every PostgreSQL client understands: a socket's folder goes into `host`. */
export function urlOf({ host, port, password }: Endpoint, database: string): string {
  const socket = host.startsWith('/')
  const authority = `${APP_USER}${password === undefined ? '' : `:${encodeURIComponent(password)}`}@${socket ? 'localhost' : host}:${port}`
  return `postgres://${authority}/${encodeURIComponent(database)}${socket ? `?host=${encodeURIComponent(host)}` : ''}`
}
