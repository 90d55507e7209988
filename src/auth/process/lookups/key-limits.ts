import type { Pool } from 'pg'
import { consume } from '../../attempts/attempts.ts'
import { countersOnFirstUse } from '../../attempts/limiter-package.ts'
import { postgresStore, type Limit } from '../../attempts/limiters.ts'
import type { AccountsBase } from '../../core/base.ts'
import type { Found } from './remembered.ts'

const WINDOW_SECONDS = 60

/** An API key as it was read. */
export interface FoundKey extends Found {
  /** Requests a minute; `null`: no limit of its own. */
  readonly perMinute?: number | null
}

/**
 * Counts the requests of keys that have a limit: in the database, so that it is one limit for all processes. Other keys cost nothing.
 *
 * @throws TooManyRequests where a key has used up its minute.
 */
export function keyLimits(
  base: AccountsBase,
  pool: Pool,
  prepared: boolean,
): (found: FoundKey) => Promise<void> | undefined {
  const store = postgresStore(base, pool, prepared)
  const limits = new Map<number, Limit>()
  const limitOf = (quota: number): Limit => {
    const known = limits.get(quota)
    if (known !== undefined) return known
    const window = { ...store, points: quota, duration: WINDOW_SECONDS }
    const counters = countersOnFirstUse(({ RateLimiterPostgres }) => new RateLimiterPostgres(window))
    const limit: Limit = { name: 'api-key', quota, windowSeconds: WINDOW_SECONDS, counters }
    limits.set(quota, limit)
    return limit
  }
  return ({ perMinute, issued }) =>
    typeof perMinute === 'number' ? consume(limitOf(perMinute), `api-key:${issued.keyId}`) : undefined
}
