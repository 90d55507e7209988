import { index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/**
 * The table `ashlar_rate_limits`, in which the limits of `ashlar/limits` count where the app has no Redis, so that all its processes share them. Export it from the
 * module of your tables, so that the database's schema has it and `ashlar migrate make` creates it.
 *
 * One row for each key in use; those whose window is over are deleted once a minute. Counts are not waited for until they are on disk: a crash of the server can
 * lose the last ones.
 *
 * @example
 * const limited = database({ schema: { rateLimitCounters } })
 */
export const rateLimitCounters = pgTable(
  'ashlar_rate_limits',
  {
    key: text().primaryKey(),
    used: integer().notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true, mode: 'string' }).notNull(),
  },
  (table) => [index('ashlar_rate_limits_expiry').on(table.expiresAt)],
)
