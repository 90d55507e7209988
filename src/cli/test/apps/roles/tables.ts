import { boolean, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

export const posts = pgTable('posts', {
  id: integer().primaryKey(),
  title: text().notNull(),
  published: boolean().notNull().default(false),
  authorId: text('author_id').notNull(),
  deletedAt: timestamp('deleted_at', { withTimezone: true }),
})

export const schema = { posts }
