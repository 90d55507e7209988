import type { Pool } from 'pg'
import type { CounterStore, Quota, Taken } from '../../core/policy/counter-store.ts'
import { createPool } from '../pool.ts'

interface Server {
  readonly url: string
  readonly prepared: boolean
}

/**
 * Counting has connections to itself. An operation may hold one of the app's while its access is decided, and where all that do wait for a second one nobody gets
 * it; and a crowd that waits for the app's connections is what limits are there to turn away.
 */
const MAX_CONNECTIONS = 2
/** Longer than a busy moment of the process itself: what fails here is counted in a worse place. */
const TIMEOUT_MS = 3_000
const CLEAR_EVERY_MS = 60_000
/** So that one that was long away does not take longer than a statement may. */
const CLEAR_AT_MOST = 10_000

const TABLE = 'ashlar_rate_limits'
const END = `clock_timestamp() + $3 * interval '1 millisecond'`
const LEFT_MS = `extract(epoch FROM c.expires_at - clock_timestamp()) * 1000`

/** One statement where there is something left. No row comes back where there is not, and nothing was written. By the server's clock, which is one for all. */
const TAKE = `INSERT INTO ${TABLE} AS c (key, used, expires_at) VALUES ($1, $2, ${END})
ON CONFLICT (key) DO UPDATE SET
  used = CASE WHEN c.expires_at <= clock_timestamp() THEN $2 ELSE c.used + $2 END,
  expires_at = CASE WHEN c.expires_at <= clock_timestamp() THEN ${END} ELSE c.expires_at END
WHERE c.expires_at <= clock_timestamp() OR c.used + $2 <= $4
RETURNING used, ${LEFT_MS} AS left_ms`
const READ = `SELECT used, ${LEFT_MS} AS left_ms FROM ${TABLE} c WHERE key = $1`
const CLEAR = `DELETE FROM ${TABLE} WHERE key IN
  (SELECT key FROM ${TABLE} WHERE expires_at < clock_timestamp() LIMIT ${CLEAR_AT_MOST} FOR UPDATE SKIP LOCKED)`

/** Counts in the table `rateLimitCounters`. Connects with the first count. */
export class PostgresCounters implements CounterStore {
  readonly name = 'database'
  readonly #server: () => Promise<Server>
  #opened: Promise<{ readonly pool: Pool; readonly prepared: boolean }> | undefined
  #clearedAt = performance.now()

  constructor(server: () => Promise<Server>) {
    this.#server = server
  }

  async take(key: string, { cost, max, windowMs }: Quota): Promise<Taken> {
    this.#clear()
    if (cost <= max) {
      const [row] = await this.#query('take', TAKE, [key, cost, windowMs, max])
      if (row !== undefined) return takenFrom(row, true)
    }
    const [row] = await this.#query('read', READ, [key])
    return row === undefined ? { granted: false, used: 0, resetMs: windowMs } : takenFrom(row, false)
  }

  /** What comes later connects anew. */
  async end(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    const ended = await opened?.catch(() => undefined)
    await ended?.pool.end()
  }

  async #query(name: string, text: string, values: unknown[]): Promise<readonly unknown[]> {
    const { pool, prepared } = await this.#pool()
    const { rows } = await pool.query(prepared ? { name: `ashlar_limits_${name}`, text, values } : { text, values })
    return rows
  }

  async #pool(): Promise<{ readonly pool: Pool; readonly prepared: boolean }> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }

  async #open(): Promise<{ readonly pool: Pool; readonly prepared: boolean }> {
    const { url, prepared } = await this.#server()
    const pool = createPool(url, {
      max: MAX_CONNECTIONS,
      acquireTimeoutMs: TIMEOUT_MS,
      limits: { statementTimeoutMs: TIMEOUT_MS, lockTimeoutMs: TIMEOUT_MS },
      behindPooler: !prepared,
    })
    // Behind a pooler it would be another client's setting next.
    if (prepared)
      pool.on('connect', (client) => void client.query('SET synchronous_commit = off').catch(() => undefined))
    return { pool, prepared }
  }

  /** Now and then, beside a count. Where it fails, rows stay that nobody reads: the next time comes. */
  #clear(): void {
    const now = performance.now()
    if (now - this.#clearedAt < CLEAR_EVERY_MS) return
    this.#clearedAt = now
    this.#query('clear', CLEAR, []).catch(() => undefined)
  }
}

function takenFrom(row: unknown, granted: boolean): Taken {
  // Drivers give numeric as text.
  const { used, left_ms: left } = row as { readonly used: number; readonly left_ms: string | number }
  return { granted, used, resetMs: Math.max(0, Number(left)) }
}
