import { text, timestamp } from 'drizzle-orm/pg-core'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { id, timestamps } from '../../data/columns/life-columns.ts'

/** What `accounts` needs of the app's table of users; it may have any other columns. */
export type UserTable = PgTable & {
  readonly id: PgColumn
  /** In lower case; `null` where an app has users without an address. */
  readonly email: PgColumn
  readonly emailVerifiedAt: PgColumn
  readonly roles: PgColumn
  readonly disabledAt: PgColumn
}

const moment = <Name extends string>(name: Name) => timestamp(name, { withTimezone: true, mode: 'string' })

/**
 * The columns of a table of users: `id` (UUID v7), `email` (unique, kept in lower case), `emailVerifiedAt`, `roles`, `disabledAt`,
 * `createdAt` and `updatedAt`. Add your own beside them. Passwords are not among them: they stand in a table of their own, which no resource shows.
 *
 * @example
 * const users = pgTable('users', { ...userColumns(), name: varchar().notNull() })
 */
export function userColumns() {
  return {
    id: id(),
    email: text().notNull().unique(),
    emailVerifiedAt: moment('email_verified_at'),
    roles: text().array().notNull().default([]),
    disabledAt: moment('disabled_at'),
    ...timestamps(),
  }
}
