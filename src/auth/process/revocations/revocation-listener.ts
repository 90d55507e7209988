import { Client } from 'pg'
import { CHANNEL } from './revocation-rows.ts'

const RETRY_MS = 5_000

/**
 * Tells when another process has ended something, on a connection of its own. A convenience: where it breaks, or a pooler keeps it from hearing anything,
 * what is read twice a second says the same a little later.
 *
 * @returns What ends it.
 */
export function listenForRevocations(url: string, heard: () => void): () => Promise<void> {
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const again = (lost: Client): void => {
    if (client !== lost || ended) return
    client = undefined
    lost.end().catch(ignore)
    timer = setTimeout(() => void connect(), RETRY_MS).unref()
  }
  const connect = async (): Promise<void> => {
    const opened = new Client({ connectionString: url, keepAlive: true })
    client = opened
    opened.on('error', () => again(opened))
    opened.on('end', () => again(opened))
    opened.on('notification', heard)
    try {
      await opened.connect()
      // What was said while nobody listened.
      await opened.query(`LISTEN ${CHANNEL}`)
      heard()
    } catch {
      again(opened)
    }
  }
  void connect()
  return async () => {
    ended = true
    clearTimeout(timer)
    await client?.end().catch(ignore)
  }
}

function ignore(): void {}
