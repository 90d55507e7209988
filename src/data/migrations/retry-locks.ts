import { setTimeout as pause } from 'node:timers/promises'
import type { DatabaseError } from 'pg'

const LOCK_NOT_AVAILABLE = '55P03'
const TRIES = 10
const PAUSE_MS = 1_000

/**
 * Runs a file again that gave up waiting for a lock, as `SET LOCAL lock_timeout` tells it to. In between those go on who waited behind it. Nothing
 * of the file was done: it is a transaction.
 */
export async function retryLocks<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      const { code } = ((error as Error).cause ?? error) as Partial<DatabaseError>
      if (code !== LOCK_NOT_AVAILABLE || attempt === TRIES) throw error
      await pause(PAUSE_MS)
    }
  }
}
