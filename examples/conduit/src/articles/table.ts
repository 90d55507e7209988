import { bigint, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { times, users } from '../users/table.ts'

export const articles = pgTable(
  'articles',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    slug: text().notNull().unique('articles_slug_key'),
    title: text().notNull(),
    description: text().notNull(),
    body: text().notNull(),
    authorId: uuid('author_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    ...times,
  },
  // The nulls stand where ORDER BY ... DESC has them, though there are none: without that PostgreSQL could not use the index.
  (table) => [
    index('articles_newest').on(table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index('articles_newest_by_author').on(
      table.authorId,
      table.createdAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
  ],
)

/** The tags of an article, in the order in which its author wrote them. */
export const articleTags = pgTable(
  'article_tags',
  {
    articleId: bigint('article_id', { mode: 'number' })
      .notNull()
      .references(() => articles.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    position: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.articleId, table.name] }), index('article_tags_name').on(table.name)],
)
