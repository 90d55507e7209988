import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'pg'

/** "ashl" and "migr" in ASCII: the advisory lock's two numbers, the same in every process. */
const LOCK = [0x6173686c, 0x6d696772] as const
/** Another process may be in the middle of a long migration. */
const WAIT_LIMIT_MS = 10 * 60_000
const PAUSE_MS = 100

/**
 * Takes the lock of migrations, which ends with the connection. It is asked for again and again, and not waited for in the server: a statement
 * that waits has a snapshot, CREATE INDEX CONCURRENTLY of the process that holds the lock waits for all older snapshots, and both would wait for ever.
 */
export async function lockMigrations(client: Client): Promise<void> {
  const end = performance.now() + WAIT_LIMIT_MS
  while (!(await tryLock(client))) {
    if (performance.now() > end) {
      throw new Error(
        `Another process has been applying migrations for ${WAIT_LIMIT_MS / 60_000} minutes, so this one gave up. Look for it in pg_stat_activity, or wait and start again.`,
      )
    }
    await pause(PAUSE_MS)
  }
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS locked', [...LOCK])
  return rows[0]?.locked === true
}
