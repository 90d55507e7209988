import { sql } from 'drizzle-orm'
import { dependency } from '../../core/dependency.ts'
import type { Drizzle } from '../../data/drizzle.ts'
import type { OfApp } from '../core/accounts-core.ts'
import type { AccountsBase } from '../core/base.ts'
import { eventsKeptDays, lifetimesOf } from './parts.ts'

const EVERY_MS = 3_600_000
/** A process that starts has other things to do; and not all of them at once. */
const FIRST_MS = 60_000
const FIRST_SPREAD_MS = 240_000
const BATCH = 1000
/** So many rows an hour and process at most; what is left waits for the next hour. */
const BATCHES = 100

/** Rows of sessions and tokens that have expired are nothing to anybody; they are removed once an hour, and so are events older than they are kept. */
export function cleanUpDependency(base: AccountsBase): OfApp<void> {
  return dependency(
    { name: 'accounts.cleanUp', scope: 'app', uses: { engine: base.database.engine } },
    async function* ({ engine, log, signal }) {
      let running: Promise<void> | undefined
      const run = (): void => {
        running ??= removeExpired(engine.drizzle, base, signal)
          .catch((error: unknown) =>
            log.warn({ err: error }, 'expired sessions could not be removed; tried again in an hour'),
          )
          .finally(() => (running = undefined))
      }
      const first = setTimeout(run, FIRST_MS + Math.random() * FIRST_SPREAD_MS).unref()
      const timer = setInterval(run, EVERY_MS).unref()
      try {
        yield
      } finally {
        clearTimeout(first)
        clearInterval(timer)
        await running
      }
    },
  )
}

/** In small steps: none of them holds locks or a connection for long. Rows somebody works with are left for the next time. */
export async function removeExpired(
  drizzle: Drizzle,
  base: Pick<AccountsBase, 'tables' | 'options'>,
  signal?: AbortSignal,
): Promise<void> {
  const { authSessions, authOneTimeTokens, authEvents } = base.tables
  const idleSince = sql`clock_timestamp() - make_interval(secs => ${lifetimesOf(base).idle})`
  const steps = [
    sql`delete from ${authSessions} where ctid = any(array(select ctid from ${authSessions}
      where ${authSessions.expiresAt} < clock_timestamp() or (${authSessions.kind} = 'cookie' and ${authSessions.lastSeenAt} < ${idleSince})
      limit ${BATCH} for update skip locked))`,
    sql`delete from ${authOneTimeTokens} where ctid = any(array(select ctid from ${authOneTimeTokens}
      where ${authOneTimeTokens.expiresAt} < clock_timestamp() limit ${BATCH} for update skip locked))`,
    // Ids follow time: the oldest stand first in the primary key, and where they are kept nothing else is read.
    sql`delete from ${authEvents} where ${authEvents.id} in (
      select oldest.id from (select ${authEvents.id} as id, ${authEvents.at} as at from ${authEvents} order by ${authEvents.id} limit ${BATCH}) oldest
      where oldest.at < clock_timestamp() - make_interval(days => ${eventsKeptDays(base)}))`,
  ]
  for (const step of steps) {
    for (let batch = 0; batch < BATCHES; batch++) {
      if (signal?.aborted === true) return
      const { rowCount } = await drizzle.execute(step)
      if ((rowCount ?? 0) < BATCH) break
    }
  }
}
