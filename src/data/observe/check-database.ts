import { Client, type Pool } from 'pg'

/** Asks for nothing, which takes a server that works. */
const PROBE = 'SELECT 1'

/**
 * Whether the server answers. Where all connections are in use, by one of its own: requests wait then, but they are answered, and traffic that is sent
 * elsewhere would only fill the next process.
 */
export async function checkDatabase(
  { url, pool }: { readonly url: string; readonly pool: Pool },
  signal: AbortSignal,
): Promise<void> {
  const isFull = pool.idleCount === 0 && pool.totalCount >= pool.options.max
  if (isFull) await checkApart(url, signal)
  else await checkInPool(pool, signal)
}

async function checkInPool(pool: Pool, signal: AbortSignal): Promise<void> {
  const client = await pool.connect()
  let isOurs = true
  const giveBack = (discard: boolean): void => {
    if (isOurs) client.release(discard)
    isOurs = false
  }
  // Who has fallen silent serves nobody any more; the statement fails with the connection.
  const abort = (): void => giveBack(true)
  signal.addEventListener('abort', abort, { once: true })
  try {
    if (!signal.aborted) await client.query(PROBE)
    giveBack(false)
  } catch (error) {
    giveBack(true)
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function checkApart(url: string, signal: AbortSignal): Promise<void> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  const end = (): void => void client.end().catch(() => {})
  signal.addEventListener('abort', end, { once: true })
  try {
    await client.connect()
    await client.query(PROBE)
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}
