import type { Pool } from 'pg'
import { handlesFor, type Drizzle, type DrizzleSchema, type Handles } from './drizzle.ts'
import type { DatabaseOptions } from './database-options.ts'
import { createPool, localLimits, SESSION_LIMITS, type SessionLimits } from './pool.ts'

/** A connected database, as its dependencies use it. */
export interface Engine<Schema extends DrizzleSchema> {
  readonly url: string
  readonly pool: Pool
  readonly handles: Handles<Schema>
  readonly drizzle: Drizzle<Schema>
  /** Whether statements may have names that a later one on the same connection relies on. */
  readonly prepared: boolean
  /** What begins a transaction: its BEGIN, with the limits of the session where a pooler keeps none. */
  readonly beginWith: (begin: string) => string
  end(): Promise<void>
}

export function createEngine<Schema extends DrizzleSchema>(
  url: string,
  options: DatabaseOptions<Schema>,
): Engine<Schema> {
  const behindPooler = options.pooler === 'transaction'
  const limits = limitsOf(options)
  const pool = createPool(url, { ...options.pool, limits, behindPooler })
  const handles = handlesFor(options.schema, { prepared: !behindPooler })
  const local = `; ${localLimits(limits)}`
  return {
    url,
    pool,
    handles,
    drizzle: handles.on(pool),
    prepared: !behindPooler,
    beginWith: behindPooler ? (begin) => begin + local : (begin) => begin,
    end: () => pool.end(),
  }
}

function limitsOf({ statementTimeoutMs, lockTimeoutMs }: Pick<DatabaseOptions, keyof SessionLimits>): SessionLimits {
  return {
    statementTimeoutMs: statementTimeoutMs ?? SESSION_LIMITS.statementTimeoutMs,
    lockTimeoutMs: lockTimeoutMs ?? SESSION_LIMITS.lockTimeoutMs,
  }
}
