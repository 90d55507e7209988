import { id, timestamps } from 'ashlar/data'
import { index, pgTable, uuid, varchar } from 'drizzle-orm/pg-core'
import { users } from '../users/table.ts'

const { createdAt } = timestamps()

/** Its columns are called as its JSON is. */
export const items = pgTable(
  'items',
  {
    id: id(),
    title: varchar({ length: 255 }).notNull(),
    description: varchar({ length: 255 }),
    owner_id: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    created_at: createdAt,
  },
  (table) => [
    index().on(table.owner_id, table.created_at.desc().nullsFirst(), table.id),
    index().on(table.created_at.desc().nullsFirst(), table.id),
  ],
)
