import { bigint, index, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core'
import { articles } from '../articles/table.ts'
import { users } from '../users/table.ts'

/** Who favours which article. */
export const favorites = pgTable(
  'favorites',
  {
    articleId: bigint('article_id', { mode: 'number' })
      .notNull()
      .references(() => articles.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.articleId, table.userId] }), index('favorites_user_id').on(table.userId)],
)
