import { Client } from 'pg'
import { firstConnection } from '../connect-error.ts'
import { SYSTEM_CLAIMS } from '../rls/claim-set.ts'

/** A connection of its own: without a statement timeout, and its end is the end of what it holds. */
export async function withConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await firstConnection(url, () => client.connect())
  try {
    // What it does to rows it does to all of them: policies bind the owner of a table too.
    await client.query(`SET ashlar.claims = '${SYSTEM_CLAIMS}'`)
    // PostgreSQL puts what has no schema into the one that is called like the role: on the embedded server into ours, once it is there.
    await client.query("SELECT set_config('search_path', 'public', false) WHERE current_user = 'ashlar'")
    return await work(client)
  } finally {
    await client.end()
  }
}
