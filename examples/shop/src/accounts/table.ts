import { accountTables, userColumns } from 'ashlar/auth'
import { index, pgTable, varchar } from 'drizzle-orm/pg-core'

/** Everybody who buys or works here. Their passwords stand in a table of their own. */
export const accounts = pgTable('accounts', { ...userColumns(), name: varchar({ length: 100 }).notNull() }, (table) => [
  index().on(table.name, table.id),
])

/** What accounts keep beside it: passwords, sessions, events. */
export const authTables = accountTables(accounts)
