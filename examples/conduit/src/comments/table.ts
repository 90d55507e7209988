import { bigint, index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { articles } from '../articles/table.ts'
import { times, users } from '../users/table.ts'

export const comments = pgTable(
  'comments',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    articleId: bigint('article_id', { mode: 'number' })
      .notNull()
      .references(() => articles.id, { onDelete: 'cascade' }),
    authorId: uuid('author_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    body: text().notNull(),
    ...times,
  },
  (table) => [
    index('comments_newest_of_article').on(
      table.articleId,
      table.createdAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    index('comments_author_id').on(table.authorId),
  ],
)
