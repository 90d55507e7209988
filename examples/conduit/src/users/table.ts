import { accountTables, userColumns } from 'ashlar/auth'
import { sql } from 'drizzle-orm'
import { pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core'

/** To the millisecond, as the API shows it; the `timestamps()` of Ashlar keep microseconds. */
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'string' })

/** When a row was made and last changed. */
export const times = {
  createdAt: moment('created_at').notNull().defaultNow(),
  updatedAt: moment('updated_at')
    .notNull()
    .defaultNow()
    .$onUpdateFn(() => sql`now()`),
}

export const users = pgTable(
  'users',
  {
    ...userColumns(),
    username: text().notNull(),
    bio: text(),
    image: text(),
    ...times,
  },
  (table) => [uniqueIndex('users_username_key').on(sql`lower(${table.username})`)],
)

/** What accounts keep beside it: passwords, sessions, events. */
export const authTables = accountTables(users)
