import { id, timestamps } from 'ashlar/data'
import { sql } from 'drizzle-orm'
import { index, pgEnum, pgTable, text, uniqueIndex, varchar } from 'drizzle-orm/pg-core'

/** Staff keep the catalogue and ship orders; managers see besides what has been sold. */
export const accountRole = pgEnum('account_role', ['customer', 'staff', 'manager'])

export const accounts = pgTable(
  'accounts',
  {
    id: id(),
    email: varchar({ length: 255 }).notNull(),
    name: varchar({ length: 100 }).notNull(),
    passwordHash: text('password_hash').notNull(),
    role: accountRole().notNull().default('customer'),
    ...timestamps(),
  },
  (table) => [
    uniqueIndex('accounts_email_key').on(sql`lower(${table.email})`),
    index().on(table.name, table.id),
    index().on(table.role),
  ],
)
