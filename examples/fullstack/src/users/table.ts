import { accountTables, userColumns } from 'ashlar/auth'
import { pgTable, varchar } from 'drizzle-orm/pg-core'

/** Superusers have the role `superuser`; who is not active has a time in `disabledAt`. */
export const users = pgTable('users', { ...userColumns(), full_name: varchar({ length: 255 }) })

/** Passwords, sessions, what waits for a mail to be answered, and what happened. */
export const authTables = accountTables(users)
