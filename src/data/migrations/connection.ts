import { Client } from 'pg'
import { firstConnection } from '../connect-error.ts'

/** A connection of its own: without a statement timeout, and its end is the end of what it holds. */
export async function withConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await firstConnection(url, () => client.connect())
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
