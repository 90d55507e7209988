import { relations } from 'drizzle-orm'
import {
  boolean,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'

export const itemStatus = pgEnum('item_status', ['open', 'active', 'blocked', 'closed'])
const time = (name) => timestamp(name, { withTimezone: true, precision: 3 })

export const owners = pgTable('owners', {
  id: uuid('id').primaryKey(),
  number: integer('number').notNull(),
  name: text('name').notNull(),
  email: text('email').notNull(),
  itemCount: integer('item_count').notNull().default(0),
})

export const items = pgTable('items', {
  id: uuid('id').primaryKey(),
  ownerId: uuid('owner_id').notNull(),
  title: text('title').notNull(),
  notes: text('notes'),
  status: itemStatus('status').notNull().default('open'),
  done: boolean('done').notNull().default(false),
  priority: integer('priority').notNull().default(0),
  price: numeric('price', { precision: 12, scale: 2 }).notNull(),
  dueAt: time('due_at'),
  meta: jsonb('meta').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
})

export const tags = pgTable('tags', { id: uuid('id').primaryKey(), name: text('name').notNull() })

export const itemTags = pgTable(
  'item_tags',
  { itemId: uuid('item_id').notNull(), tagId: uuid('tag_id').notNull() },
  (table) => [primaryKey({ columns: [table.itemId, table.tagId] })],
)

export const itemRelations = relations(items, ({ one, many }) => ({
  owner: one(owners, { fields: [items.ownerId], references: [owners.id] }),
  itemTags: many(itemTags),
}))

export const itemTagRelations = relations(itemTags, ({ one }) => ({
  item: one(items, { fields: [itemTags.itemId], references: [items.id] }),
  tag: one(tags, { fields: [itemTags.tagId], references: [tags.id] }),
}))

/** What a nested list loads, by Drizzle's relational query. */
export const withOwnerAndTags = {
  owner: { columns: { id: true, name: true, email: true } },
  itemTags: { columns: {}, with: { tag: { columns: { id: true, name: true } } } },
}

export function flattenTags({ itemTags, ...item }) {
  return { ...item, tags: itemTags.map(({ tag }) => tag) }
}
