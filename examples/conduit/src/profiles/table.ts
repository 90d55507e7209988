import { index, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core'
import { users } from '../users/table.ts'

/** Who follows whom. */
export const follows = pgTable(
  'follows',
  {
    followerId: uuid('follower_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    followedId: uuid('followed_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.followerId, table.followedId] }),
    index('follows_followed_id').on(table.followedId),
  ],
)
